import {
  linkAuthorization,
  NODE_ROOMS_MAX,
  NodeApi,
  type NodeMoved,
  type NodeRoom,
  type RoomName,
} from "@homeroom/protocol";
import { ElsewhereError, type RoomOwner, ServiceError } from "@homeroom/room";
import { z } from "zod";

/** Times in milliseconds. */
export interface NodeClientLimits {
  /** For what is answered from memory. */
  readonly askMs: number;
  /** For what waits for a store: reading, writing, removing, preparing. */
  readonly workMs: number;
  /** A move may wait until a room's edits are durable. */
  readonly moveMs: number;
}

export const defaultNodeClientLimits: NodeClientLimits = {
  askMs: 2_000,
  workMs: 25_000,
  moveMs: 35_000,
};

/** A node as it can be reached. */
export interface NodeAddress {
  readonly node: string;
  readonly url: string;
}

const nodeRoom = z.object({
  status: z.enum(["live", "resting"]),
  epoch: z.number().int().nonnegative(),
  sessions: z.number().int().nonnegative(),
  durable: z.boolean(),
});
const roomsAnswer = z.object({ rooms: z.array(nodeRoom.nullable()) });
const moved = z.object({
  from: z.string(),
  to: z.string(),
  epoch: z.number().int().nonnegative(),
  pausedMs: z.number().nonnegative(),
});
const problem = z.object({
  code: z.string(),
  message: z.string(),
  owner: z.object({ node: z.string(), url: z.string(), epoch: z.number().int() }).optional(),
});

const serviceErrors = [
  "ROOM_DAMAGED",
  "UPDATE_REFUSED",
  "UPDATE_GAP",
  "TOO_LARGE",
  "NO_HOME",
  "UNAVAILABLE",
  "UNKNOWN_NODE",
  "CONFLICT",
] as const;
const isServiceError = (code: string): code is (typeof serviceErrors)[number] =>
  serviceErrors.some((each) => each === code);

/**
 * What the routers and coordinators of a cluster ask of a coordinator beside the link (`NodeApi`).
 * Every method rejects with a `ServiceError`, `UNAVAILABLE` where the node does not answer in time
 * or not in its own words; or with an `ElsewhereError` where the room is at home on another node.
 */
export class NodeClient {
  readonly #authorization: string | null;
  readonly #limits: NodeClientLimits;

  /** @param secret the cluster's; null where anybody on this machine is trusted */
  constructor(secret: string | null, limits: Partial<NodeClientLimits> = {}) {
    this.#authorization = secret === null ? null : linkAuthorization(secret);
    this.#limits = { ...defaultNodeClientLimits, ...limits };
  }

  /** @returns one answer per room, in order; null where the room is not at home there */
  async rooms(to: NodeAddress, rooms: readonly RoomName[]): Promise<readonly (NodeRoom | null)[]> {
    const answers: (NodeRoom | null)[] = [];
    for (let start = 0; start < rooms.length; start += NODE_ROOMS_MAX) {
      const some = rooms.slice(start, start + NODE_ROOMS_MAX);
      const answer = await this.#json(to, NodeApi.rooms, { rooms: some }, roomsAnswer, "askMs");
      if (answer.rooms.length !== some.length) throw nonsense(to);
      answers.push(...answer.rooms);
    }
    return answers;
  }

  /** Moves a room that is at home on `from`. @param to a node's id */
  async move(from: NodeAddress, room: RoomName, to: string): Promise<NodeMoved> {
    return await this.#json(from, NodeApi.move, { room, to }, moved, "moveMs");
  }

  /** @param live whether people edit the room right now */
  async prepare(to: NodeAddress, room: RoomName, live: boolean): Promise<void> {
    await this.#call(to, NodeApi.prepare, { room, live }, "workMs");
  }

  async remove(from: NodeAddress, room: RoomName): Promise<void> {
    await this.#call(from, NodeApi.remove, { room }, "workMs");
  }

  /** @returns the state as one V1 update, null where the room is absent */
  async read(from: NodeAddress, room: RoomName): Promise<Uint8Array | null> {
    const { status, body } = await this.#call(from, NodeApi.read, { room }, "workMs");
    return status === 204 ? null : body;
  }

  /** Applies a V1 update. @returns once it is durable there */
  async write(to: NodeAddress, room: RoomName, update: Uint8Array): Promise<void> {
    const path = `${NodeApi.write}?room=${encodeURIComponent(room)}`;
    await this.#call(to, path, update, "workMs");
  }

  async drain(node: NodeAddress): Promise<void> {
    await this.#call(node, NodeApi.drain, {}, "askMs");
  }

  async resume(node: NodeAddress): Promise<void> {
    await this.#call(node, NodeApi.resume, {}, "askMs");
  }

  async #json<T>(
    to: NodeAddress,
    path: string,
    body: object,
    schema: z.ZodType<T>,
    limit: keyof NodeClientLimits,
  ): Promise<T> {
    const answer = await this.#call(to, path, body, limit);
    const parsed = schema.safeParse(parseJson(answer.body));
    if (!parsed.success) throw nonsense(to, parsed.error);
    return parsed.data;
  }

  async #call(
    to: NodeAddress,
    path: string,
    body: object | Uint8Array,
    limit: keyof NodeClientLimits,
  ): Promise<{ readonly status: number; readonly body: Uint8Array }> {
    const raw = body instanceof Uint8Array;
    const headers = new Headers({
      "content-type": raw ? "application/octet-stream" : "application/json",
    });
    if (this.#authorization !== null) headers.set("authorization", this.#authorization);
    let answer: { readonly ok: boolean; readonly status: number; readonly body: Uint8Array };
    try {
      const response = await fetch(addressOf(to.url, path), {
        method: "POST",
        headers,
        body: raw ? Uint8Array.from(body) : JSON.stringify(body),
        redirect: "error",
        signal: AbortSignal.timeout(this.#limits[limit]),
      });
      const bytes = new Uint8Array(await response.arrayBuffer());
      answer = { ok: response.ok, status: response.status, body: bytes };
    } catch (error) {
      const message = `${to.node} does not answer at ${to.url}`;
      throw new ServiceError("UNAVAILABLE", message, { cause: error });
    }
    if (answer.ok) return answer;
    throw refusal(to, answer.status, answer.body);
  }
}

/** A node announces where it is reached, perhaps behind a path and with a WebSocket's scheme. */
function addressOf(url: string, path: string): string {
  const base = new URL(url);
  base.protocol = base.protocol.replace("ws", "http");
  return `${base.origin}${base.pathname.replace(/\/+$/, "")}${path}`;
}

function refusal(to: NodeAddress, status: number, body: Uint8Array): Error {
  const parsed = problem.safeParse(parseJson(body));
  if (!parsed.success) return nonsense(to, new Error(`HTTP ${status}`));
  const { code, message, owner } = parsed.data;
  if (code === "ELSEWHERE" && owner) return new ElsewhereError(owner satisfies RoomOwner);
  if (isServiceError(code)) return new ServiceError(code, message);
  return new ServiceError("UNAVAILABLE", `${to.node} refuses: ${message}`);
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return null;
  }
}

const nonsense = (to: NodeAddress, cause?: unknown): ServiceError =>
  new ServiceError("UNAVAILABLE", `${to.node} gave an answer that is none`, { cause });
