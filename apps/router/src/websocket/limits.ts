/** What one process grants to sockets. Times in milliseconds, sizes in bytes. */
export interface SocketLimits {
  /**
   * One message of a client, all its fragments together; a longer one closes the connection with
   * 4413. Larger than the edge's own limit, so that it can refuse a message and go on.
   */
  readonly messageBytes: number;
  /** Fragments of one message. */
  readonly fragments: number;
  /** Pieces in which the network delivers one frame. */
  readonly chunks: number;
  readonly connections: number;
  /** Of one address, or of one /64 network of IPv6. */
  readonly connectionsPerAddress: number;
  /** Refused sockets that are still being told why; beyond them, sockets are cut without a word. */
  readonly refusals: number;
  /** How much of a refused client's message is read. */
  readonly refusalMessageBytes: number;
  /** For the closing handshake, then the socket is cut. */
  readonly closeMs: number;
  /** How often each client is pinged; one that is silent until the next ping is cut. */
  readonly heartbeatMs: number;
  /** For the answer to a ping outside of that rhythm. */
  readonly probeMs: number;
  /** A peer that sends at least this fast is not silent: bytes a second. */
  readonly progressBytesPerSecond: number;
}

export const defaultSocketLimits: SocketLimits = {
  messageBytes: 32 * 1024 * 1024,
  fragments: 16 * 1024,
  chunks: 256 * 1024,
  connections: 20_000,
  connectionsPerAddress: 1_000,
  refusals: 1_000,
  refusalMessageBytes: 4 * 1024,
  closeMs: 5_000,
  heartbeatMs: 15_000,
  probeMs: 5_000,
  progressBytesPerSecond: 2 * 1024,
};
