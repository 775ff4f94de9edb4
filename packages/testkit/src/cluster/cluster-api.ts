import * as Y from "yjs";

/** What `GET /api/v1/nodes` tells of a node. */
export interface NodeStatus {
  readonly id: string;
  readonly incarnation: string;
  readonly status: "active" | "draining" | "lost";
  readonly url: string;
  readonly rooms: number;
  readonly sessions: number;
  readonly leaseAgeMs: number;
}

export interface RoomOwner {
  readonly node: string;
  readonly url: string;
  readonly epoch: number;
}

/** What `GET /api/v1/rooms/{room}` tells of a room. */
export interface RoomStatus {
  readonly room: string;
  readonly status: "live" | "resting" | "idle" | "absent";
  readonly owner: RoomOwner | null;
  readonly sessions: number;
  readonly cursor: string | null;
  readonly durable: boolean;
}

export interface Moved {
  readonly from: string;
  readonly to: string;
  readonly epoch: number;
  readonly pausedMs: number;
}

/** An answer that is no success. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(what: string, status: number, body: string) {
    super(`${what}: ${status} ${body.slice(0, 500)}`);
    this.name = "ApiError";
    this.status = status;
    this.code = /"code":"(\w+)"/.exec(body)?.[1] ?? "";
  }
}

interface Sent {
  readonly body: string | Uint8Array;
  readonly type: string;
}

const answerWithinMs = 15_000;

/** The HTTP API of a router. Every call rejects with an `ApiError` where it is refused. */
export class ClusterApi {
  readonly #url: () => string;

  /** @param url Asked for at each call: the router to talk to, `http://host:port`. */
  constructor(url: () => string) {
    this.#url = url;
  }

  async nodes(): Promise<readonly NodeStatus[]> {
    const { nodes } = await this.#json<{ nodes: NodeStatus[] }>("GET", "/nodes");
    return nodes;
  }

  room(room: string): Promise<RoomStatus> {
    return this.#json("GET", `/rooms/${encodeURIComponent(room)}`);
  }

  /** Finds or gives the room a home. */
  async home(room: string): Promise<RoomOwner> {
    const path = `/rooms/${encodeURIComponent(room)}/home`;
    return (await this.#json<{ owner: RoomOwner }>("POST", path)).owner;
  }

  move(room: string, to: string): Promise<Moved> {
    return this.#json("POST", `/rooms/${encodeURIComponent(room)}/move`, { to });
  }

  async drain(node: string): Promise<void> {
    await this.#ask("POST", `/nodes/${encodeURIComponent(node)}/drain`);
  }

  async resume(node: string): Promise<void> {
    await this.#ask("POST", `/nodes/${encodeURIComponent(node)}/resume`);
  }

  /** The state of a room as the cluster alone knows it. */
  async document(room: string): Promise<Y.Doc> {
    const path = `/rooms/${encodeURIComponent(room)}/document?as=update`;
    const answer = await this.#ask("GET", path);
    const doc = new Y.Doc();
    Y.applyUpdate(doc, new Uint8Array(await answer.arrayBuffer()));
    return doc;
  }

  /** Merges a V1 update into a room; resolves once it is durable. */
  async write(room: string, update: Uint8Array): Promise<void> {
    const path = `/rooms/${encodeURIComponent(room)}/document`;
    await this.#ask("PATCH", path, { body: update, type: "application/octet-stream" });
  }

  /** Which parts `/readyz` names as failing; none where it is ready. */
  async ready(): Promise<{ readonly ready: boolean; readonly body: string }> {
    const answer = await fetch(`${this.#url()}/readyz`, this.#options());
    return { ready: answer.ok, body: await answer.text() };
  }

  async #json<T>(method: string, path: string, body?: object): Promise<T> {
    const sent = body && { body: JSON.stringify(body), type: "application/json" };
    return (await (await this.#ask(method, path, sent)).json()) as T;
  }

  async #ask(method: string, path: string, sent?: Sent): Promise<Response> {
    const answer = await fetch(`${this.#url()}/api/v1${path}`, {
      ...{ ...this.#options(), method },
      ...(sent && { body: sent.body, headers: { "content-type": sent.type } }),
    });
    if (answer.ok) return answer;
    throw new ApiError(`${method} ${path}`, answer.status, await answer.text());
  }

  #options(): RequestInit {
    return { signal: AbortSignal.timeout(answerWithinMs) };
  }
}
