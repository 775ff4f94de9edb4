import type { CloseCode } from "@homeroom/protocol";
import type { Clock, FrameBytes, Socket, WriteResult } from "../../src/ports.js";

/**
 * The server's end of a WebSocket whose peer is in this process. What is written is taken apart
 * into messages, which the peer reads in a turn of its own; while it does not read, they are
 * `buffered`.
 */
export class FakeSocket implements Socket {
  readonly #clock: Clock;
  readonly #unread: Uint8Array[] = [];
  #drained: (() => void)[] = [];
  #reading = true;
  #buffered = 0;
  /** Every buffer that was written, as it was written. */
  readonly writes: Uint8Array[] = [];
  /** How the server closed it. */
  closed: { readonly code: CloseCode; readonly reason: string } | null = null;
  /** Whether its end has been reached: no write arrives any more. */
  ended = false;
  probes = 0;
  /** While false, the closing handshake takes its time: see `finishClosing`. */
  closesAtOnce = true;
  readonly #onMessage: ((message: Uint8Array) => void)[] = [];
  readonly #onEnd: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get buffered(): number {
    return this.#buffered;
  }

  write(...[start, end]: FrameBytes): WriteResult {
    if (this.closed || this.ended) return "closed";
    const frames = end ? Buffer.concat([start, end]) : start;
    this.writes.push(frames);
    this.#unread.push(...readFrames(frames));
    if (!this.#reading) {
      this.#buffered += frames.length;
      return "congested";
    }
    this.#deliverSoon();
    return "sent";
  }

  onceDrained(task: () => void): void {
    this.#drained.push(task);
    if (this.#reading || this.ended) this.#drain();
  }

  close(code: CloseCode, reason: string): void {
    if (this.closed || this.ended) return;
    this.closed = { code, reason };
    this.#drain();
    if (this.closesAtOnce) this.finishClosing();
  }

  probe(): void {
    this.probes++;
  }

  /** Calls `listener` with each message, when the peer reads it. */
  onMessage(listener: (message: Uint8Array) => void): void {
    this.#onMessage.push(listener);
  }

  /** Calls `listener` when the socket is gone, for whatever reason. */
  onEnd(listener: () => void): void {
    this.#onEnd.push(listener);
  }

  /** The peer stops reading. */
  stall(): void {
    this.#reading = false;
  }

  /** The peer reads what has gathered, and then stops again unless it goes on. */
  drain(goOn = true): void {
    this.#reading = goOn;
    this.#buffered = 0;
    this.#deliverSoon();
    this.#drain();
  }

  /** The connection is cut, or the closing handshake is over. */
  finishClosing(): void {
    if (this.ended) return;
    this.ended = true;
    this.#drain();
    this.#clock.soon(() => {
      for (const listener of this.#onEnd) listener();
    });
  }

  #deliverSoon(): void {
    this.#clock.soon(() => {
      for (const message of this.#unread.splice(0)) {
        for (const listener of this.#onMessage) listener(message);
      }
    });
  }

  #drain(): void {
    const tasks = this.#drained;
    this.#drained = [];
    for (const task of tasks) this.#clock.soon(task);
  }
}

/** Reads unmasked, final, binary frames (RFC 6455, 5.2). */
export function readFrames(bytes: Uint8Array): Uint8Array[] {
  const messages: Uint8Array[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at < bytes.length) {
    if (view.getUint8(at) !== 0x82) throw new Error("not a final binary frame");
    let length = view.getUint8(at + 1);
    at += 2;
    if (length === 126) {
      length = view.getUint16(at);
      at += 2;
    } else if (length === 127) {
      length = Number(view.getBigUint64(at));
      at += 8;
    } else if (length > 127) {
      throw new Error("a server does not mask");
    }
    if (at + length > bytes.length) throw new Error("a frame that is not complete");
    messages.push(bytes.subarray(at, at + length));
    at += length;
  }
  return messages;
}
