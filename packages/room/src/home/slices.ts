/** An update, or null where the next one takes a while to make and others may go first. */
export type Sliced = Uint8Array | null;

/**
 * What takes a while to cut, cut once for all who want it: each slice when the first of them comes
 * to it.
 */
export class Slices implements Iterable<Sliced> {
  readonly #cut: Sliced[] = [];
  readonly #rest: Iterator<Sliced>;

  constructor(slices: Iterable<Sliced>) {
    this.#rest = slices[Symbol.iterator]();
  }

  *[Symbol.iterator](): Generator<Sliced, void, void> {
    for (let nth = 0; ; nth++) {
      if (nth === this.#cut.length) {
        const next = this.#rest.next();
        if (next.done) return;
        if (next.value) this.#cut.push(next.value);
        else yield null;
      }
      const slice = this.#cut[nth];
      if (slice) yield slice;
      else nth--;
    }
  }
}

/** Each update, cut. */
export function* eachOf(
  updates: readonly Uint8Array[],
  cut: (update: Uint8Array) => Iterable<Sliced>,
): Generator<Sliced, void, void> {
  for (const update of updates) yield* cut(update);
}

/** One part after the other. */
export function* inTurn(...parts: readonly Iterable<Sliced>[]): Generator<Sliced, void, void> {
  for (const part of parts) yield* part;
}

/** Consecutive updates, of about so many bytes together. */
export function* inGroups(updates: Iterable<Sliced>, maxBytes: number): Generator<Uint8Array[]> {
  let group: Uint8Array[] = [];
  let bytes = 0;
  for (const update of updates) {
    if (!update) continue;
    group.push(update);
    bytes += update.length;
    if (bytes < maxBytes) continue;
    yield group;
    group = [];
    bytes = 0;
  }
  if (group.length > 0) yield group;
}
