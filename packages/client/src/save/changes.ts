/** Local changes that wait to be saved: how many, and since when the oldest does. */
export interface Changes {
  readonly count: number;
  /** Monotonic milliseconds. */
  readonly since: number;
}

export function together(a: Changes | null, b: Changes | null): Changes | null {
  if (a === null) return b;
  if (b === null) return a;
  return { count: a.count + b.count, since: Math.min(a.since, b.since) };
}

/** Parts the change made last, at `at`, from those that have waited longer. */
export function partYoungest(
  changes: Changes | null,
  at: number,
): { readonly youngest: Changes; readonly rest: Changes | null } {
  if (changes === null) return { youngest: { count: 0, since: at }, rest: null };
  if (changes.count === 1) return { youngest: changes, rest: null };
  return { youngest: { count: 1, since: at }, rest: { ...changes, count: changes.count - 1 } };
}
