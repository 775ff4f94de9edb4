/** What a router grants to rooms on their way to their homes. Milliseconds and bytes. */
export interface RouteLimits {
  /** Edits of one room that are not settled; beyond it, who sends more is closed with 1013. */
  readonly maxUnsettledBytes: number;
  /** The same for all rooms together. */
  readonly maxTotalUnsettledBytes: number;
  /** What a session that left had sent and is not settled is kept for so long. */
  readonly lingerMs: number;
  /** A room without a home for longer is closed with 1013. */
  readonly findTimeoutMs: number;
  /** For the chosen home to claim and load the room. */
  readonly openTimeoutMs: number;
  /** Before another attempt to find a home: at first, and at the most. */
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
  /** Rooms that look for a home at the same time; the others wait, the busiest first. */
  readonly maxFinds: number;
  /** While a node does not answer, how often the directory is asked whether it lives. */
  readonly watchMs: number;
  /** Rooms whose last home is remembered, for when the directory is away. */
  readonly maxRemembered: number;
  /** For what is unsettled when this router leaves. */
  readonly closeMs: number;
}

/** Of one link. Milliseconds and bytes. */
export interface LinkLimits {
  /** From the first packet to the coordinator's hello. */
  readonly connectMs: number;
  /** How often the coordinator is pinged. */
  readonly heartbeatMs: number;
  /** Pings in a row without a byte from the coordinator, after which the link is cut. */
  readonly silentBeats: number;
  /** One message of a coordinator. */
  readonly messageBytes: number;
  /** Gathered into one message. */
  readonly batchBytes: number;
  /** On its way in the socket; what is more waits, and rooms take turns. */
  readonly windowBytes: number;
  /** What one room may send before another one's turn. */
  readonly quantumBytes: number;
  /** With more than this of a room waiting, its awareness is left out. */
  readonly softBufferBytes: number;
  /** For the closing handshake, then the link is cut. */
  readonly closeMs: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

export const defaultRouteLimits: RouteLimits = {
  maxUnsettledBytes: 8 * MIB,
  maxTotalUnsettledBytes: 256 * MIB,
  lingerMs: 30_000,
  findTimeoutMs: 10_000,
  openTimeoutMs: 25_000,
  retryMinMs: 25,
  retryMaxMs: 500,
  maxFinds: 64,
  watchMs: 250,
  maxRemembered: 50_000,
  closeMs: 2_000,
};

export const defaultLinkLimits: LinkLimits = {
  connectMs: 3_000,
  // Three seconds of silence: less than a lease lasts, so that whoever lost a host waits for that alone.
  heartbeatMs: 500,
  silentBeats: 5,
  messageBytes: 128 * MIB,
  batchBytes: 64 * KIB,
  windowBytes: 512 * KIB,
  quantumBytes: 64 * KIB,
  softBufferBytes: MIB,
  closeMs: 1_000,
};
