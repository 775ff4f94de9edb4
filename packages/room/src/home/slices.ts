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
