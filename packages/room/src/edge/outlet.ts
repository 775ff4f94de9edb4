import { CloseCode, frameMessage } from "@homeroom/protocol";
import type { Meter, Socket } from "../ports.js";
import type { EdgeLimits } from "./edge-limits.js";

/**
 * What goes out to one client, and what becomes of one that does not read: first it gets no more
 * awareness, then it is closed with 4508. Nobody waits for it.
 */
export class Outlet {
  readonly #socket: Socket;
  readonly #limits: EdgeLimits;
  readonly #meter: Meter;
  /** Messages of a large state, sent as the socket drains. */
  #paced: Uint8Array[] = [];
  #closed = false;
  /** Set by each send, cleared by whoever watches over idle connections. */
  #active = true;

  constructor(socket: Socket, limits: EdgeLimits, meter: Meter) {
    this.#socket = socket;
    this.#limits = limits;
    this.#meter = meter;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Whether anything was sent since the last call. */
  takeActivity(): boolean {
    const active = this.#active;
    this.#active = false;
    return active;
  }

  /** Complete WebSocket frames, shared with other outlets. */
  send(frames: Uint8Array): void {
    if (this.#closed) return;
    this.#active = true;
    const result = this.#socket.write(frames);
    if (result === "sent") return;
    if (result === "closed") this.#closed = true;
    else if (this.#socket.buffered > this.#limits.maxBufferBytes) {
      this.#meter.slowReader();
      this.close(CloseCode.tooSlow, "too slow a reader");
    }
  }

  /** Like `send`, for what may be left out when the client is behind. */
  sendAwareness(frames: Uint8Array): void {
    if (this.#socket.buffered <= this.#limits.softBufferBytes) this.send(frames);
  }

  /** One message of a state that may be larger than any buffer. Their order is kept. */
  sendPaced(message: Uint8Array): void {
    if (this.#closed) return;
    this.#paced.push(message);
    if (this.#paced.length === 1) this.#pump();
  }

  probe(): void {
    this.#socket.probe();
  }

  close(code: CloseCode, reason: string): void {
    if (this.#closed) return;
    this.end();
    this.#socket.close(code, reason);
  }

  /** The socket is gone. */
  end(): void {
    this.#closed = true;
    this.#paced = [];
  }

  #pump(): void {
    while (this.#paced.length > 0) {
      if (this.#socket.buffered > this.#limits.softBufferBytes) {
        this.#socket.onceDrained(() => this.#pump());
        return;
      }
      const message = this.#paced.shift();
      if (message) this.send(frameMessage(message));
    }
  }
}
