import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { readFrames } from "./frames.js";

const HEADERS_END = "\r\n\r\n";
const CONNECT_MS = 30_000;

/** All sockets read into the same memory: what is read is dealt with before the next one reads. */
const shared = Buffer.allocUnsafe(256 * 1024);

export interface RawClientEvents {
  /** One message. The bytes are valid during the call only. */
  message(bytes: Buffer, start: number, end: number): void;
  /** All messages of one read have been given: the end of a batch. */
  read?(bytes: Buffer, end: number): void;
  closed(code: number): void;
}

/**
 * A WebSocket client that does as little as it can, so that a process can be thousands of them:
 * frames come in shared memory and go out as they were built.
 */
export class RawClient {
  readonly #socket: Socket;
  readonly #events: RawClientEvents;
  #rest: Buffer | null = null;
  #upgraded: (() => void) | null;
  #ended = false;

  private constructor(url: URL, events: RawClientEvents, upgraded: () => void) {
    this.#events = events;
    this.#upgraded = upgraded;
    const onread = {
      buffer: shared,
      callback: (length: number, bytes: Uint8Array): boolean => {
        this.#read(bytes as Buffer, length);
        return true;
      },
    };
    this.#socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true, onread });
    this.#socket.on("error", () => this.#end(1006));
    this.#socket.on("close", () => this.#end(1006));
    this.#socket.write(
      `GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\nUpgrade: websocket\r\n` +
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
        `Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==${HEADERS_END}`,
    );
  }

  /** @throws where the server does not accept */
  static async connect(url: URL, events: RawClientEvents): Promise<RawClient> {
    return await new Promise((resolve, reject) => {
      const fail = (): void => {
        client.close();
        reject(new Error(`${url.href} does not accept the connection`));
      };
      const late = setTimeout(fail, CONNECT_MS);
      const client: RawClient = new RawClient(
        url,
        {
          ...events,
          closed: (code) => {
            clearTimeout(late);
            reject(new Error(`${url.href} closed the connection with ${code}`));
            events.closed(code);
          },
        },
        () => {
          clearTimeout(late);
          resolve(client);
        },
      );
    });
  }

  /** Complete frames. @returns whether more should wait for `drained` */
  send(frames: Uint8Array): boolean {
    return this.#socket.write(frames);
  }

  async drained(): Promise<void> {
    if (this.#socket.writableNeedDrain) await once(this.#socket, "drain");
  }

  close(): void {
    this.#ended = true;
    this.#socket.destroy();
  }

  #read(chunk: Buffer, length: number): void {
    let bytes = chunk;
    let end = length;
    if (this.#rest !== null) {
      bytes = Buffer.concat([this.#rest, chunk.subarray(0, length)]);
      end = bytes.length;
      this.#rest = null;
    }
    if (this.#upgraded !== null) {
      const headers = bytes.subarray(0, end).indexOf(HEADERS_END);
      if (headers === -1) {
        this.#keep(bytes, 0, end);
        return;
      }
      if (!bytes.subarray(0, headers).toString("latin1").startsWith("HTTP/1.1 101")) {
        this.#end(1006);
        return;
      }
      this.#upgraded();
      this.#upgraded = null;
      bytes = bytes.subarray(headers + HEADERS_END.length, end);
      end = bytes.length;
    }
    const read = readFrames(bytes, end, {
      message: this.#events.message,
      pong: (frame) => this.#socket.write(frame),
      close: (code) => this.#end(code),
    });
    if (read > 0) this.#events.read?.(bytes, read);
    if (read < end) this.#keep(bytes, read, end);
  }

  #keep(bytes: Buffer, from: number, to: number): void {
    this.#rest = Buffer.from(bytes.subarray(from, to));
  }

  #end(code: number): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#socket.destroy();
    this.#events.closed(code);
  }
}
