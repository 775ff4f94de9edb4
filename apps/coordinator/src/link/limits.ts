/** What a coordinator grants to links. Times in milliseconds, sizes in bytes. */
export interface LinkServerLimits {
  /** One message of a router. */
  readonly messageBytes: number;
  readonly links: number;
  /** From the open socket to the router's hello. */
  readonly helloMs: number;
  /** How often each router is pinged. */
  readonly heartbeatMs: number;
  /** Pings in a row without a byte from the router, after which the link is cut. */
  readonly silentBeats: number;
  /** Gathered into one message. */
  readonly batchBytes: number;
  /** On its way in the socket; what is more waits, and rooms take turns. */
  readonly windowBytes: number;
  /** What one room may send before another one's turn. */
  readonly quantumBytes: number;
  /** With more than this waiting, awareness is left out, and states asked for wait. */
  readonly softBufferBytes: number;
  /** With more than this waiting for one room, the room's sessions there start afresh. */
  readonly maxChannelBytes: number;
  /** With more than this waiting in all, the link is cut; the router comes back and resumes. */
  readonly maxBufferBytes: number;
  /** For the closing handshake, then the link is cut. */
  readonly closeMs: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

export const defaultLinkServerLimits: LinkServerLimits = {
  messageBytes: 128 * MIB,
  links: 1_000,
  helloMs: 3_000,
  heartbeatMs: 1_000,
  silentBeats: 4,
  batchBytes: 64 * KIB,
  windowBytes: 512 * KIB,
  quantumBytes: 64 * KIB,
  softBufferBytes: MIB,
  maxChannelBytes: 128 * MIB,
  maxBufferBytes: 256 * MIB,
  closeMs: 2_000,
};
