import {
  linkAuthorization,
  NODE_ROOMS_MAX,
  NodeApi,
  type NodeMoved,
  type NodeMoveOrder,
  type NodePrepareOrder,
  type NodeRoom,
  type NodeRoomOrder,
  type NodeRoomsQuery,
  type RoomName,
} from "@homeroom/protocol";
import { type Clock, ElsewhereError, ServiceError } from "@homeroom/room";
import { Agent, type Dispatcher } from "undici";
import type { z } from "zod";
import { defaultNodeClientLimits, type NodeClientLimits } from "./limits.js";
import { isServiceCode, movedAnswer, problemAnswer, roomsAnswer } from "./node-answers.js";

export interface NodeClientOptions {
  /** Of the cluster; null where everything runs on this machine. */
  readonly secret: string | null;
  readonly clock: Clock;
  readonly limits?: Partial<NodeClientLimits>;
}

/** A node, and where it is reached. */
export interface NodeAddress {
  readonly node: string;
  readonly url: string;
}

/** JSON, or an update. */
type Order =
  | NodeRoomsQuery
  | NodeMoveOrder
  | NodePrepareOrder
  | NodeRoomOrder
  | Record<string, never>
  | Uint8Array;

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
  async rooms(
    node: NodeAddress,
    rooms: readonly RoomName[],
  ): Promise<readonly (NodeRoom | null)[]> {
    const answers: (NodeRoom | null)[] = [];
    for (let from = 0; from < rooms.length; from += NODE_ROOMS_MAX) {
      const batch = rooms.slice(from, from + NODE_ROOMS_MAX);
      const answer = await this.#post(
        node,
        NodeApi.rooms,
        { rooms: batch },
        this.#bounds("answerMs"),
      );
      const said = parse(node, roomsAnswer, answer).rooms;
      if (said.length !== batch.length) throw nonsense(node, "says too little or too much");
      answers.push(...said);
    }
    return answers;
  }

  async move(node: NodeAddress, room: RoomName, to: string): Promise<NodeMoved> {
    const bounds = this.#bounds("moveMs");
    return parse(node, movedAnswer, await this.#post(node, NodeApi.move, { room, to }, bounds));
  }

  /** @param live whether people edit the room right now */
  async prepare(node: NodeAddress, room: RoomName, live: boolean): Promise<void> {
    await this.#post(node, NodeApi.prepare, { room, live }, this.#bounds("workMs"));
  }

  async remove(node: NodeAddress, room: RoomName): Promise<void> {
    await this.#post(node, NodeApi.remove, { room }, this.#bounds("workMs"));
  }

  /** @returns the state as one V1 update, null where the room is absent */
  async read(node: NodeAddress, room: RoomName): Promise<Uint8Array | null> {
    const bounds = { ms: this.#limits.workMs, bytes: this.#limits.documentBytes };
    const { status, body } = await this.#post(node, NodeApi.read, { room }, bounds);
    return status === 204 ? null : body;
  }

  /** Applies a V1 update. @returns once it is durable there */
  async write(node: NodeAddress, room: RoomName, update: Uint8Array): Promise<void> {
    const path = `${NodeApi.write}?room=${encodeURIComponent(room)}`;
    await this.#post(node, path, update, this.#bounds("workMs"));
  }

  async drain(node: NodeAddress): Promise<void> {
    await this.#post(node, NodeApi.drain, {}, this.#bounds("answerMs"));
  }

  async resume(node: NodeAddress): Promise<void> {
    await this.#post(node, NodeApi.resume, {}, this.#bounds("answerMs"));
  }

  /** Cuts what is under way; idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#agent.destroy();
    return this.#closing;
  }

  #bounds(limit: "answerMs" | "workMs" | "moveMs"): Bounds {
    return { ms: this.#limits[limit], bytes: this.#limits.answerBytes };
  }

  async #post(node: NodeAddress, path: string, order: Order, bounds: Bounds): Promise<Answer> {
    const raw = order instanceof Uint8Array;
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
          "content-type": raw ? "application/octet-stream" : "application/json",
          ...(this.#secret === null ? {} : { authorization: linkAuthorization(this.#secret) }),
        },
        body: raw ? order : JSON.stringify(order),
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
function addressOf({ url }: NodeAddress, path: string): { origin: string; path: string } {
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

function parse<T>(node: NodeAddress, schema: z.ZodType<T>, { body }: Answer): T {
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

const nonsense = (node: NodeAddress, what: string, cause?: unknown): ServiceError =>
  new ServiceError("UNAVAILABLE", `${node.node} at ${node.url} ${what}`, { cause });

function toError(node: NodeAddress, answer: Answer): Error {
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
