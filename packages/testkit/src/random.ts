import * as prng from "lib0/prng";

/** A stream of random values that its seed repeats exactly. */
export class Random {
  readonly seed: number;
  readonly #generator: prng.PRNG;

  constructor(seed: number) {
    this.seed = seed >>> 0;
    this.#generator = prng.create(this.seed);
  }

  /** From 0 up to, not including, 1. */
  next(): number {
    return this.#generator.next();
  }

  /** From `min` to `max`, both included. */
  integer(min: number, max: number): number {
    return prng.int53(this.#generator, min, max);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of `values`, which must not be empty. */
  pick<T>(values: readonly T[]): T {
    if (values.length === 0) throw new RangeError("nothing to pick from");
    return values[this.integer(0, values.length - 1)] as T;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.integer(0, 255));
  }

  /** Lower-case letters and spaces. */
  text(length: number): string {
    return Array.from({ length }, () => this.pick([..."abcdefghijklmnopqrstuvwxyz "])).join("");
  }

  /** A stream of its own, so that what one part draws does not change what another one sees. */
  fork(): Random {
    return new Random(this.integer(0, 0xffffffff));
  }
}

/**
 * The run's randomness: seeded from `HOMEROOM_SEED` where it is set, so that a failure can be run
 * again, and printed always. Parts of one run that differ in `part` draw different streams.
 */
export function seededRandom(what: string, part = 0): Random {
  const wanted = process.env.HOMEROOM_SEED;
  if (wanted !== undefined && !/^\d{1,10}$/.test(wanted)) {
    throw new Error(`HOMEROOM_SEED must be a whole number, not ${JSON.stringify(wanted)}`);
  }
  const seed = wanted === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(wanted);
  process.stdout.write(`${what}: HOMEROOM_SEED=${seed}\n`);
  return new Random(seed + part);
}
