import type { CloseCode } from "@homeroom/protocol";

/** Time, injected so that tests own it. */
export interface Clock {
  /** Wall clock, milliseconds since the epoch; for what people and stores read. */
  now(): number;
  /** Milliseconds that only ever grow; for measuring and for deadlines. */
  monotonic(): number;
  /** Runs `task` once after `ms`. */
  after(ms: number, task: () => void): Timer;
  /** Runs `task` once, after the input of this event-loop turn has been read. */
  soon(task: () => void): void;
}

export interface Timer {
  cancel(): void;
}

/** The part of pino's interface that the engine uses. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** `congested`: accepted, and the peer is behind. `closed`: nothing will arrive any more. */
export type WriteResult = "sent" | "congested" | "closed";

/** Complete WebSocket frames; the end of the last one may be a buffer of its own. */
export type FrameBytes = readonly [frames: Uint8Array, end?: Uint8Array | undefined];

/**
 * One client's WebSocket, as the edge needs it. Bytes are complete WebSocket frames (see
 * `frameMessage` in `@homeroom/protocol`), so one buffer can be written to many sockets.
 * No method throws.
 */
export interface Socket {
  /** Bytes accepted by `write` that the peer's kernel has not taken yet. */
  readonly buffered: number;
  write(...frames: FrameBytes): WriteResult;
  /** Runs `task` once when everything written so far has left this process, or on close. */
  onceDrained(task: () => void): void;
  /** Starts the closing handshake; bounded in time. Later writes are dropped. */
  close(code: CloseCode, reason: string): void;
  /** Asks the peer for a sign of life; a peer that gives none within the deadline is cut. */
  probe(): void;
}

/** Why input was refused: the label of the metric `homeroom_refused_total`. */
export type RefusalReason =
  | "malformed"
  | "read-only"
  | "too-large"
  | "rate"
  | "connections"
  | "origin"
  | "token"
  | "forbidden"
  | "room-name"
  | "awareness"
  | "poison"
  | "backlog";

/** What the engine reports as numbers. Every method is cheap and never throws. */
export interface Meter {
  updateReceived(bytes: number): void;
  /** One flush of a room: `deliveries` sockets were sent `bytes` each. */
  broadcast(bytes: number, deliveries: number): void;
  /** One transaction of `updates` client updates took `ms`. */
  applied(updates: number, ms: number): void;
  /** One group commit of `rooms` rooms and `bytes` bytes took `ms`. */
  flushed(rooms: number, bytes: number, ms: number): void;
  flushFailed(code: string): void;
  /** From the arrival of an update to its acknowledgement. */
  acknowledged(ms: number): void;
  /** Bytes accepted and not yet durable, all rooms. */
  journalQueue(bytes: number): void;
  refused(reason: RefusalReason): void;
  roomState(from: RoomStateName | null, to: RoomStateName | null): void;
  snapshot(bytes: number, ms: number): void;
  quarantined(): void;
  slowReader(): void;
}

export type RoomStateName = "loading" | "live" | "resting" | "closing";
