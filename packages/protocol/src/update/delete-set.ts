import { Reader } from "../reader.js";

/** Per client, what was deleted, as disjoint ranges `[clock, end)` in ascending order. */
export type DeleteSet = Map<number, (readonly [clock: number, end: number])[]>;

/** Adds the deletes of an update that `scanUpdate` has passed. */
export function addDeletes(set: DeleteSet, update: Uint8Array, deleteSetOffset: number): void {
  for (const [client, clock, end] of readDeletes(update, deleteSetOffset)) {
    const ranges = set.get(client) ?? [];
    ranges.push([clock, end]);
    set.set(client, ranges);
  }
}

/** Sorts and joins the ranges, after a number of `addDeletes`. */
export function normalize(set: DeleteSet): void {
  for (const [client, ranges] of set) {
    ranges.sort((a, b) => a[0] - b[0]);
    const joined: (readonly [number, number])[] = [];
    for (const range of ranges) {
      const last = joined[joined.length - 1];
      if (last && range[0] <= last[1]) {
        joined[joined.length - 1] = [last[0], Math.max(last[1], range[1])];
      } else {
        joined.push(range);
      }
    }
    set.set(client, joined);
  }
}

/** Whether a normalized set holds every delete of an update that `scanUpdate` has passed. */
export function containsDeletes(
  set: DeleteSet,
  update: Uint8Array,
  deleteSetOffset: number,
): boolean {
  for (const [client, clock, end] of readDeletes(update, deleteSetOffset)) {
    const ranges = set.get(client) ?? [];
    const range = ranges[lastStartingAtOrBefore(ranges, clock)];
    if (!range || end > range[1]) return false;
  }
  return true;
}

/** Binary search. @returns −1 where every range starts later. */
function lastStartingAtOrBefore(
  ranges: readonly (readonly [clock: number, end: number])[],
  clock: number,
): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ranges[middle]?.[0] ?? Number.POSITIVE_INFINITY) <= clock) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The deletes of an update that `scanUpdate` has passed, one range at a time. */
export function* readDeletes(
  update: Uint8Array,
  deleteSetOffset: number,
): Generator<readonly [client: number, clock: number, end: number]> {
  const reader = new Reader(update);
  reader.position = deleteSetOffset;
  for (let clients = reader.varUint(); clients > 0; clients--) {
    const client = reader.varUint();
    for (let ranges = reader.varUint(); ranges > 0; ranges--) {
      const clock = reader.varUint();
      const length = reader.varUint();
      yield [client, clock, clock + length];
    }
  }
}
