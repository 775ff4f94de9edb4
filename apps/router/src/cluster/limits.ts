export interface ClusterServiceLimits {
  /** For a written update to become durable, moves and deaths of its home included. */
  readonly writeMs: number;
  /** A home that names another one is followed so often. */
  readonly hops: number;
}

export const defaultClusterServiceLimits: ClusterServiceLimits = {
  writeMs: 15_000,
  hops: 3,
};
