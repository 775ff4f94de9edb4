import {
  linkAuthorization,
  NodeApi,
  type NodeMoved,
  type NodeMoveOrder,
  type NodeRoom,
  type NodeRoomOrder,
  type NodeRoomsQuery,
  type RoomName,
} from "@homeroom/protocol";
import { type Clock, ElsewhereError, ServiceError } from "@homeroom/room";
import { Agent, type Dispatcher } from "undici";
import type { z } from "zod";
import type { LinkTarget } from "../routes/link-client.js";
import { defaultNodeClientLimits, type NodeClientLimits } from "./limits.js";
import { isServiceCode, movedAnswer, problemAnswer, roomsAnswer } from "./node-answers.js";

export interface NodeClientOptions {
  /** Of the cluster; null where everything runs on this machine. */
  readonly secret: string | null;
  readonly clock: Clock;
  readonly limits?: Partial<NodeClientLimits>;
}

type Order = NodeRoomsQuery | NodeMoveOrder | NodeRoomOrder | Record<string, never>;

interface Bounds {
  readonly ms: number;
  readonly bytes: number;
}

interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

/**
 * Asks coordinators over HTTP, as `NodeApi` describes. Every call ends in time, and rejects with
 * - a `ServiceError`: the node's own, or `UNAVAILABLE` where it gives no answer that makes sense;
 * - an `ElsewhereError` where the room is at home on another node;
 * - an `Error` where the node failed, or did not understand us.
 */
export class NodeClient {
  readonly #secret: string | null;
  readonly #clock: Clock;
  readonly #limits: NodeClientLimits;
  readonly #agent: Agent;
  #closing: Promise<void> | null = null;

  constructor({ secret, clock, limits }: NodeClientOptions) {
    this.#secret = secret;
    this.#clock = clock;
    this.#limits = { ...defaultNodeClientLimits, ...limits };
    const { connections, connectMs, keepAliveMs } = this.#limits;
    this.#agent = new Agent({
      connections,
      connect: { timeout: connectMs },
      keepAliveTimeout: keepAliveMs,
    });
  }

  /** @returns one answer per room, in order; null where the room is not at home there */
  async rooms(node: LinkTarget, rooms: readonly RoomName[]): Promise<readonly (NodeRoom | null)[]> {
    const answer = await this.#post(node, NodeApi.rooms, { rooms }, this.#quick);
    const said = parse(node, roomsAnswer, answer).rooms;
    if (said.length !== rooms.length) throw nonsense(node, "says too little or too much");
    return said;
  }

  async move(node: LinkTarget, room: RoomName, to: string): Promise<NodeMoved> {
    const bounds = { ms: this.#limits.moveMs, bytes: this.#limits.answerBytes };
    return parse(node, movedAnswer, await this.#post(node, NodeApi.move, { room, to }, bounds));
  }

  async remove(node: LinkTarget, room: RoomName): Promise<void> {
    const bounds = { ms: this.#limits.workMs, bytes: this.#limits.answerBytes };
    await this.#post(node, NodeApi.remove, { room }, bounds);
  }

  /** @returns the state as one V1 update, null where the room is absent */
  async read(node: LinkTarget, room: RoomName): Promise<Uint8Array | null> {
    const bounds = { ms: this.#limits.workMs, bytes: this.#limits.documentBytes };
    const { status, body } = await this.#post(node, NodeApi.read, { room }, bounds);
    return status === 204 ? null : body;
  }

  async drain(node: LinkTarget): Promise<void> {
    await this.#post(node, NodeApi.drain, {}, this.#quick);
  }

  async resume(node: LinkTarget): Promise<void> {
    await this.#post(node, NodeApi.resume, {}, this.#quick);
  }

  /** Cuts what is under way; idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#agent.destroy();
    return this.#closing;
  }

  get #quick(): Bounds {
    return { ms: this.#limits.answerMs, bytes: this.#limits.answerBytes };
  }

  async #post(node: LinkTarget, path: string, order: Order, bounds: Bounds): Promise<Answer> {
    const deadline = new AbortController();
    const timer = this.#clock.after(bounds.ms, () =>
      deadline.abort(new Error(`no answer within ${bounds.ms} ms`)),
    );
    try {
      const answer = await this.#agent.request({
        ...addressOf(node, path),
        method: "POST",
        signal: deadline.signal,
        headers: {
          "content-type": "application/json",
          ...(this.#secret === null ? {} : { authorization: linkAuthorization(this.#secret) }),
        },
        body: JSON.stringify(order),
      });
      const status = answer.statusCode;
      const failed = status >= 400;
      const most = failed ? this.#limits.answerBytes : bounds.bytes;
      const body = await readBounded(answer.body, most);
      if (failed) throw toError(node, { status, body });
      return { status, body };
    } catch (error) {
      if (error instanceof ServiceError || error instanceof ElsewhereError) throw error;
      if (error instanceof NodeFailure) throw error;
      const message = `${node.node} does not answer at ${node.url}`;
      throw new ServiceError("UNAVAILABLE", message, { cause: error });
    } finally {
      timer.cancel();
    }
  }
}

/** The node met an error that nobody expected, or says that we did not speak its language. */
class NodeFailure extends Error {
  override readonly name = "NodeFailure";
}

/** Behind the address that the node announces, which may have a path. @throws TypeError */
function addressOf({ url }: LinkTarget, path: string): { origin: string; path: string } {
  const { protocol, host, pathname } = new URL(url);
  const secure = protocol === "https:" || protocol === "wss:";
  return {
    origin: `${secure ? "https" : "http"}://${host}`,
    path: `${pathname.replace(/\/+$/, "")}${path}`,
  };
}

async function readBounded(
  body: Dispatcher.ResponseData["body"],
  maxBytes: number,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    length += chunk.length;
    // Leaving the loop destroys the body, and the connection with it.
    if (length > maxBytes) throw new RangeError(`the answer has more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

function parse<T>(node: LinkTarget, schema: z.ZodType<T>, { body }: Answer): T {
  const result = schema.safeParse(parseJson(body));
  if (result.success) return result.data;
  throw nonsense(node, "speaks another version of Homeroom, or is something else", result.error);
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

const nonsense = (node: LinkTarget, what: string, cause?: unknown): ServiceError =>
  new ServiceError("UNAVAILABLE", `${node.node} at ${node.url} ${what}`, { cause });

function toError(node: LinkTarget, answer: Answer): Error {
  const { code, message, owner } = parse(node, problemAnswer, answer);
  if (isServiceCode(code)) return new ServiceError(code, message);
  switch (code) {
    case "ELSEWHERE":
      return owner ? new ElsewhereError(owner) : new ServiceError("NO_HOME", message);
    case "UNAUTHORIZED":
      return nonsense(node, "does not know this router: give both the same --cluster-secret");
    default:
      return new NodeFailure(`${node.node} answers ${code}: ${message}`);
  }
}
