/** Adjustable limits of client connections. Sizes in bytes, times in milliseconds. */
export interface EdgeLimits {
  /** A larger message is refused, or closes its sender with 4413. */
  readonly maxMessageBytes: number;
  /** Messages that one connection may send, sustained; more closes it with 4429. */
  readonly maxMessagesPerSecond: number;
  /** So many seconds' worth may come at once. */
  readonly burstSeconds: number;
  /** What a connection may send before its token has been checked. */
  readonly maxQueuedBytes: number;
  readonly maxQueuedMessages: number;
  /** Rooms on one Hocuspocus socket. */
  readonly maxRoomsPerSocket: number;
  /** From the open socket to its first valid message, and for each token. */
  readonly authTimeoutMs: number;
  /** Without anything sent for this long, an empty awareness update keeps stock clients content. */
  readonly keepAliveMs: number;
  /** With more than this unread, a session gets no awareness, and a large state waits. */
  readonly softBufferBytes: number;
  /** With more than this unread, a session is closed with 4508. */
  readonly maxBufferBytes: number;
}

const MIB = 1024 * 1024;

export const defaultEdgeLimits: EdgeLimits = {
  maxMessageBytes: 16 * MIB,
  maxMessagesPerSecond: 30_000,
  burstSeconds: 10,
  maxQueuedBytes: MIB,
  maxQueuedMessages: 100,
  maxRoomsPerSocket: 20,
  authTimeoutMs: 10_000,
  keepAliveMs: 12_000,
  softBufferBytes: MIB,
  maxBufferBytes: 16 * MIB,
};
