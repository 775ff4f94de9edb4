import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { linkAuthorization, type NodeApi, parseRoomName, type RoomName } from "@homeroom/protocol";

/** An answer of `NodeApi`; `hang`: none ever comes. */
export type StubAnswer =
  | {
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | "hang";

export interface StubRequest {
  readonly path: string;
  /** The JSON that came. */
  readonly order: {
    readonly room?: RoomName;
    readonly to?: string;
    readonly rooms?: readonly RoomName[];
  };
}

type Handler = (request: StubRequest) => StubAnswer | Promise<StubAnswer>;

/** Takes `NodeApi` requests on a server, and records them. */
export class NodeStub {
  readonly requests: StubRequest[] = [];
  /** Instead of the handler, where it gives anything else than null. */
  override: (request: StubRequest) => StubAnswer | null = () => null;
  readonly #handler: Handler;
  readonly #secret: string;

  constructor(server: Server, secret: string, handler: Handler) {
    this.#handler = handler;
    this.#secret = secret;
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      void this.#answer(request, response);
    });
  }

  /** How often this was asked. */
  count(path: (typeof NodeApi)[keyof typeof NodeApi]): number {
    return this.requests.filter((request) => request.path === path).length;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.headers.authorization !== linkAuthorization(this.#secret)) {
      return send(response, {
        status: 401,
        body: { code: "UNAUTHORIZED", message: "wrong secret" },
      });
    }
    const order = JSON.parse(Buffer.concat(chunks).toString()) as StubRequest["order"];
    const asked = { path: request.url ?? "", order };
    this.requests.push(asked);
    send(response, this.override(asked) ?? (await this.#handler(asked)));
  }
}

function send(response: ServerResponse, answer: StubAnswer): void {
  if (answer === "hang") return;
  const { status, body, headers = {} } = answer;
  if (body instanceof Uint8Array) {
    response.writeHead(status, { "content-type": "application/octet-stream", ...headers });
    response.end(body);
  } else {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  }
}

export const roomOf = ({ order }: StubRequest): RoomName => {
  const room = parseRoomName(order.room ?? "");
  if (!room) throw new Error(`not a room name: ${order.room}`);
  return room;
};
