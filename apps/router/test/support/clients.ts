import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { type ClientOptions, WebSocket } from "ws";
import { until } from "./until.js";

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** A stock WebSocket client that records what it receives. */
export class Client {
  readonly messages: Buffer[] = [];
  pings = 0;
  closed: Closed | null = null;

  private constructor(readonly ws: WebSocket) {
    ws.on("message", (data: Buffer) => this.messages.push(data));
    ws.on("ping", () => {
      this.pings += 1;
    });
    ws.on("error", () => undefined);
    ws.on("close", (code, reason) => {
      this.closed = { code, reason: reason.toString() };
    });
    onTestFinished(() => ws.terminate());
  }

  /** Resolves once the upgrade was accepted. */
  static async open(url: string, options: ClientOptions = {}): Promise<Client> {
    const client = new Client(new WebSocket(url, options));
    await once(client.ws, "open");
    return client;
  }

  /** Resolves with how the connection ended, however early. */
  static async refused(url: string, options: ClientOptions = {}): Promise<Closed> {
    return await new Client(new WebSocket(url, options)).end();
  }

  async end(): Promise<Closed> {
    await until("the connection is closed", () => this.closed !== null);
    return this.closed ?? { code: 0, reason: "" };
  }
}

/** A client that speaks in bytes. */
export class RawClient {
  received = Buffer.alloc(0);
  closed = false;

  private constructor(readonly socket: Socket) {
    socket.on("data", (chunk) => {
      this.received = Buffer.concat([this.received, chunk]);
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.closed = true;
    });
    onTestFinished(() => {
      socket.destroy();
    });
  }

  static async connect(port: number): Promise<RawClient> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new RawClient(socket);
  }

  /** Connects and upgrades. */
  static async open(port: number, path = "/room"): Promise<RawClient> {
    const client = await RawClient.connect(port);
    client.send(upgradeRequest(path));
    await until("the upgrade is answered", () => client.text().includes("\r\n\r\n"));
    client.received = client.received.subarray(client.received.indexOf("\r\n\r\n") + 4);
    return client;
  }

  send(bytes: Uint8Array | string): void {
    this.socket.write(bytes);
  }

  text(): string {
    return this.received.toString("latin1");
  }

  async end(): Promise<void> {
    await until("the connection is cut", () => this.closed);
  }
}

export function upgradeRequest(path: string, headers: readonly string[] = []): string {
  return [
    `GET ${path} HTTP/1.1`,
    "Host: 127.0.0.1",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ...headers,
    "",
    "",
  ].join("\r\n");
}

export const Opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** A client's frame; its mask is zero, which leaves the payload as it is. */
export function frame(opcode: number, payload: Uint8Array | string, options: FrameOptions = {}) {
  const { fin = true, length = Buffer.byteLength(payload) } = options;
  const header = Buffer.alloc(length < 126 ? 2 : length < 0x10000 ? 4 : 10);
  header[0] = (fin ? 0x80 : 0) | opcode;
  if (length < 126) header[1] = 0x80 | length;
  else if (length < 0x10000) {
    header[1] = 0x80 | 126;
    header.writeUInt16BE(length, 2);
  } else {
    header[1] = 0x80 | 127;
    header.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([header, Buffer.alloc(4), Buffer.from(payload)]);
}

interface FrameOptions {
  readonly fin?: boolean;
  /** What the header claims, where that is not how long the payload is. */
  readonly length?: number;
}
