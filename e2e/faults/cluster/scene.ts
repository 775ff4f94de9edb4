import type { Cluster, ClusterOptions, Crowd, Lab, Random } from "@homeroom/testkit";

/** How often each writer of the crowd makes an edit, about, unless the fault says otherwise. */
export const typeEveryMs = 60;

/** A cluster in which people write, and to which something is about to happen. */
export interface Scene {
  readonly cluster: Cluster;
  /** Writes all the time, in several rooms, through every door. */
  readonly crowd: Crowd;
  readonly random: Random;
  /** How long something lasts: briefly in `npm test`, and in earnest otherwise. */
  readonly lasts: (brieflyMs: number, inEarnestMs: number) => number;
  /** Ends what it owns when the fault is over. */
  readonly lab: Lab;
}

export interface Fault {
  readonly name: string;
  /** Resolves when the fault is over. What it has ended is started again by whoever called it. */
  readonly happens: (scene: Scene) => Promise<void>;
  /** Rooms that the crowd writes in; three unless said otherwise. */
  readonly rooms?: number;
  /** How often each writer makes an edit: seldom where they are many. */
  readonly typeEveryMs?: number;
  /** Bytes that each edit replaces beside its text: journals grow by them. */
  readonly ballast?: number;
  /** A cluster of its own, because it cannot be undone. */
  readonly cluster?: Partial<ClusterOptions>;
  /** Takes from Redis what no home holds: rooms of earlier faults have to be read before. */
  readonly losesData?: true;
  /** Too much to be done beside everything else that `npm test` does. */
  readonly onlyInEarnest?: true;
  /** What this machine lacks for it; null where it lacks nothing. */
  readonly lacks?: string | null;
}
