/** What a node grants to its requests to coordinators. Milliseconds and bytes. */
export interface NodeClientLimits {
  readonly connectMs: number;
  /** For an answer that the node has at hand. */
  readonly answerMs: number;
  /** For one that waits for a store: reading, writing, removing, preparing. */
  readonly workMs: number;
  /** For a move, which waits until the room's edits are durable. */
  readonly moveMs: number;
  /** To one node; what is more waits, and its time runs. */
  readonly connections: number;
  /** An unused connection is kept for so long. */
  readonly keepAliveMs: number;
  /** An answer that is not a document. */
  readonly answerBytes: number;
  readonly documentBytes: number;
}

const MIB = 1024 * 1024;

/**
 * What may have happened all the same ends after the public API's own deadline, whose answer says
 * so.
 */
export const defaultNodeClientLimits: NodeClientLimits = {
  connectMs: 1_500,
  answerMs: 2_000,
  workMs: 25_000,
  moveMs: 35_000,
  connections: 32,
  keepAliveMs: 4_000,
  answerBytes: MIB,
  // The largest document that a coordinator can be told to hold.
  documentBytes: 1024 * MIB,
};
