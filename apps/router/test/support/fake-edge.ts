import { CloseCode } from "@homeroom/protocol";
import type { ConnectionRequest, Edge, EdgeConnection, Socket } from "@homeroom/room";

/** One connection as the fake edge saw it. */
export class FakeConnection implements EdgeConnection {
  readonly messages: Uint8Array[] = [];
  isClosed = false;
  /** Runs in `receive`. */
  onMessage: (message: Uint8Array) => void = () => undefined;

  constructor(
    readonly id: string,
    readonly socket: Socket,
    readonly request: ConnectionRequest,
  ) {}

  receive(message: Uint8Array): void {
    this.messages.push(message);
    this.onMessage(message);
  }

  closed(): void {
    this.isClosed = true;
  }
}

/** Accepts everybody and records what arrives. */
export class FakeEdge implements Pick<Edge, "accept" | "close"> {
  readonly connections: FakeConnection[] = [];
  isClosed = false;

  accept(socket: Socket, request: ConnectionRequest): FakeConnection {
    const connection = new FakeConnection(`${this.connections.length}`, socket, request);
    this.connections.push(connection);
    return connection;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    for (const { socket } of this.connections) socket.close(CloseCode.leaving, "leaving");
  }

  get last(): FakeConnection {
    const connection = this.connections.at(-1);
    if (!connection) throw new Error("nobody has connected");
    return connection;
  }
}
