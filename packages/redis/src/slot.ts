import calculateSlot from "cluster-key-slot";

/** The slot of a Redis Cluster that a key is in, 0 to 16,383. */
export const slotOf = (key: string): number => calculateSlot(key);
