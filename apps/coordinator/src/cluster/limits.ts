import { type DrainLimits, defaultDrainLimits } from "@homeroom/cluster";
import type { TurnLimits } from "./turns.js";

/** What a coordinator of a cluster grants and waits for. Times in milliseconds. */
export interface ClusterLimits {
  readonly drain: DrainLimits;
  /** How often a draining node looks for rooms that came, and for nodes that can take them. */
  readonly drainTickMs: number;
  /** Until a room that moves has made its edits durable. */
  readonly handOverMs: number;
  /** For the node that a room moves to, to read it ahead of time. */
  readonly prepareMs: number;
  /** For moves of a room that is being moved. */
  readonly moveTurns: TurnLimits;
  /** Moves under way at the same time to even out the load. */
  readonly rebalanceConcurrency: number;
  /** Moves that may begin at once to even out the load. */
  readonly rebalanceBurst: number;
  /** First and longest pause before claims and copies are verified again. */
  readonly verifyRetryMinMs: number;
  readonly verifyRetryMaxMs: number;
  /** Rooms that nobody has open and that are given back to a store that lost them, at a time. */
  readonly restoreConcurrency: number;
  /** Rooms whose remains are given to their new homes at the same time. */
  readonly bequestConcurrency: number;
  /** Remains that wait to be given, all rooms together; more stay on this node's disk. Bytes. */
  readonly maxBequestBytes: number;
  /** For how long a new home is looked for that takes the remains of a room. */
  readonly bequestMs: number;
  /** First and longest pause between two attempts to give them. */
  readonly bequestRetryMinMs: number;
  readonly bequestRetryMaxMs: number;
}

export const defaultClusterLimits: ClusterLimits = {
  drain: defaultDrainLimits,
  drainTickMs: 100,
  handOverMs: 5_000,
  prepareMs: 20_000,
  // With `handOverMs` and `prepareMs` it stays within what whoever asks for a move waits for it.
  moveTurns: { maxWaiting: 16, waitMs: 8_000 },
  rebalanceConcurrency: 4,
  rebalanceBurst: 20,
  verifyRetryMinMs: 250,
  verifyRetryMaxMs: 2_000,
  restoreConcurrency: 4,
  bequestConcurrency: 4,
  maxBequestBytes: 256 * 1024 * 1024,
  bequestMs: 60_000,
  bequestRetryMinMs: 100,
  bequestRetryMaxMs: 5_000,
};
