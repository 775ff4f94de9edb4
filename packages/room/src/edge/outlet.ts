import { CloseCode, frameMessage } from "@homeroom/protocol";
import type { Meter, Socket } from "../ports.js";
import type { EdgeLimits } from "./edge-limits.js";

/** Whoever ends with its outlet. */
export interface OutletOwner {
  /** Ends everything, and closes the outlet. */
  close(code: CloseCode, reason: string): void;
  /** The socket is gone. */
  closed(): void;
}

/**
 * What goes out to one client, and what becomes of one that does not read: first it gets no more
 * awareness, then it is closed with 4508. Nobody waits for it.
 */
export class Outlet {
  readonly #socket: Socket;
  readonly #limits: EdgeLimits;
  readonly #meter: Meter;
  readonly #owner: OutletOwner;
  /** Frames of large states, built and sent as the socket drains. */
  #paced: (() => Uint8Array)[] = [];
  /** Of other frames that wait among them. */
  #heldBytes = 0;
  /** What waits until none are left, by who asked for it. */
  #afterPaced: Map<object, () => void> | null = null;
  #closed = false;
  /** Set by each send, cleared by whoever watches over idle connections. */
  #active = true;

  constructor(options: { socket: Socket; limits: EdgeLimits; meter: Meter; owner: OutletOwner }) {
    this.#socket = options.socket;
    this.#limits = options.limits;
    this.#meter = options.meter;
    this.#owner = options.owner;
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
    if (result === "closed") this.#owner.closed();
    else this.#checkUnread();
  }

  /** Like `send`, for what may be left out when the client is behind. */
  sendAwareness(frames: Uint8Array): void {
    if (this.#socket.buffered <= this.#limits.softBufferBytes) this.send(frames);
  }

  /**
   * One message of a state that may be larger than any buffer. Their order is kept. It is encoded
   * when its turn comes, because the bytes of a state are shared by all who wait for it.
   */
  sendPaced(encode: () => Uint8Array): void {
    this.sendFramesPaced(() => frameMessage(encode()));
  }

  /** Like `sendPaced`, for what may have been framed for somebody else. */
  sendFramesPaced(frames: () => Uint8Array): void {
    if (this.#closed) return;
    this.#paced.push(frames);
    if (this.#paced.length === 1) this.#pump();
  }

  /** Complete WebSocket frames, shared with other outlets, after the states that are under way. */
  sendAfterPaced(frames: Uint8Array, sent: () => void): void {
    if (this.#closed) return;
    this.#heldBytes += frames.length;
    this.sendFramesPaced(() => {
      this.#heldBytes -= frames.length;
      sent();
      return frames;
    });
    this.#checkUnread();
  }

  /**
   * Runs `task` once no large state is under way, so that a client that asks again and again, and
   * reads nothing, makes us keep one answer. A later task of the same `who` replaces an earlier.
   */
  afterPaced(who: object, task: () => void): void {
    if (this.#paced.length === 0) {
      task();
      return;
    }
    this.#afterPaced ??= new Map();
    this.#afterPaced.set(who, task);
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
    this.#afterPaced = null;
  }

  #checkUnread(): void {
    const unread = this.#socket.buffered + this.#heldBytes;
    if (this.#closed || unread <= this.#limits.maxBufferBytes) return;
    this.#meter.slowReader();
    this.#owner.close(CloseCode.tooSlow, "too slow a reader");
  }

  #pump(): void {
    while (this.#paced.length > 0) {
      if (this.#socket.buffered > this.#limits.softBufferBytes) {
        this.#socket.onceDrained(() => this.#pump());
        return;
      }
      const frames = this.#paced.shift();
      if (frames) this.send(frames());
    }
    for (const [who, task] of this.#afterPaced ?? []) {
      this.#afterPaced?.delete(who);
      task();
      if (this.#paced.length > 0) return;
    }
  }
}
