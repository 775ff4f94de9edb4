import { CloseCode } from "@homeroom/protocol";
import type { FrameBytes, Meter, Socket, WriteResult } from "../ports.js";
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
  /** Each sends a message of a state, in their order, as the socket drains. */
  #paced: (() => void)[] = [];
  /** The largest of these messages: so much may be unread beside `maxBufferBytes`. */
  #largestBytes = 0;
  /** What sessions have to send after a state. */
  #keptBytes = 0;
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
    if (this.#write(frames) === "congested") this.#checkUnread();
  }

  /** Like `send`, for what may be left out when the client is behind. */
  sendAwareness(frames: Uint8Array): void {
    if (this.#socket.buffered <= this.#limits.softBufferBytes) this.send(frames);
  }

  /**
   * Runs `task` when it is its turn among those that send a state, which may be larger than any
   * buffer: with less than `softBufferBytes` unread.
   */
  pace(task: () => void): void {
    if (this.#closed) return;
    this.#paced.push(task);
    if (this.#paced.length === 1) this.#pump();
  }

  /** A message of a state, from within a paced task. */
  sendState(...[frame, end]: FrameBytes): void {
    this.#largestBytes = Math.max(this.#largestBytes, frame.length + (end?.length ?? 0));
    this.#write(frame, end);
  }

  /** Counts what is kept to be sent after a state as unread; less than nothing once it is sent. */
  keep(bytes: number): void {
    this.#keptBytes += bytes;
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

  #write(...frames: FrameBytes): WriteResult {
    if (this.#closed) return "closed";
    this.#active = true;
    const result = this.#socket.write(...frames);
    if (result === "closed") this.#owner.closed();
    return result;
  }

  #checkUnread(): void {
    const unread = this.#socket.buffered + this.#keptBytes;
    if (this.#closed || unread <= this.#limits.maxBufferBytes + this.#largestBytes) return;
    this.#meter.slowReader();
    this.#owner.close(CloseCode.tooSlow, "too slow a reader");
  }

  #pump(): void {
    while (this.#paced.length > 0) {
      if (this.#socket.buffered > this.#limits.softBufferBytes) {
        this.#socket.onceDrained(() => this.#pump());
        return;
      }
      this.#paced.shift()?.();
    }
    for (const [who, task] of this.#afterPaced ?? []) {
      this.#afterPaced?.delete(who);
      task();
      if (this.#paced.length > 0) return;
    }
  }
}
