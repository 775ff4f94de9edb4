/**
 * The epoch of a claim, and likewise the incarnation of a node: later than everything known before,
 * and later than any number given at an earlier time. A counter alone would repeat itself after a
 * failover that lost writes, and two homes would share an epoch.
 * @param known the highest number that is known of, 0 for none
 * @param now the directory's clock, milliseconds since 1970
 */
export const nextEpoch = (known: number, now: number): number =>
  Math.max(known + 1, Math.floor(now));
