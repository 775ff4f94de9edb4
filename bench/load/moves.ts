import { performance } from "node:perf_hooks";
import { quantile } from "../measure/statistics.js";

/** Where everybody has seen everybody else last, and how long it took. Moves are numbered. */
export class Moves {
  readonly #whose: readonly number[];
  readonly #people: number;
  readonly #sentAt: Float64Array;
  /** Of each person, the moves that were sent. */
  readonly #sentBy: number[][];
  /** Of each move, its place among those of its person. */
  readonly #place: Uint32Array;
  /** Of each receiver and person, how many of their moves have been seen. */
  readonly #seen: Uint32Array;
  readonly #latencies: number[] = [];
  #measuredFrom = Number.POSITIVE_INFINITY;
  #missing = 0;
  #onComplete: (() => void) | null = null;

  /** @param whose of each move, the number of the person */
  constructor(whose: readonly number[], people: number) {
    this.#whose = whose;
    this.#people = people;
    this.#sentAt = new Float64Array(whose.length);
    this.#sentBy = Array.from({ length: people }, () => []);
    this.#place = new Uint32Array(whose.length);
    this.#seen = new Uint32Array(people * people);
  }

  measure(): void {
    this.#measuredFrom = performance.now();
  }

  sent(move: number): void {
    const own = this.#sentBy[this.#whose[move] ?? 0] ?? [];
    this.#place[move] = own.length;
    own.push(move);
    this.#sentAt[move] = performance.now();
    this.#missing += this.#people - 1;
  }

  found(move: number, receiver: number, now: number): void {
    const person = this.#whose[move];
    if (person === undefined || person === receiver || (this.#sentAt[move] ?? 0) === 0) return;
    const pair = receiver * this.#people + person;
    const until = (this.#place[move] ?? 0) + 1;
    const own = this.#sentBy[person] ?? [];
    for (let nth = this.#seen[pair] ?? 0; nth < until; nth++) {
      const sentAt = this.#sentAt[own[nth] ?? 0] ?? 0;
      if (sentAt >= this.#measuredFrom) this.#latencies.push(now - sentAt);
      this.#seen[pair] = nth + 1;
      this.#missing--;
    }
    if (this.#missing === 0) this.#onComplete?.();
  }

  /** Whether everybody knows where everybody is, at the latest after `timeoutMs`. */
  async complete(timeoutMs: number): Promise<boolean> {
    if (this.#missing === 0) return true;
    const complete = await new Promise<boolean>((resolve) => {
      const late = setTimeout(() => resolve(false), timeoutMs);
      this.#onComplete = () => {
        clearTimeout(late);
        resolve(true);
      };
    });
    this.#onComplete = null;
    return complete;
  }

  /** In milliseconds. */
  latencies(): { readonly p50: number; readonly p95: number; readonly p99: number } {
    const sorted = Float64Array.from(this.#latencies).sort();
    return {
      p50: quantile(sorted, 0.5),
      p95: quantile(sorted, 0.95),
      p99: quantile(sorted, 0.99),
    };
  }
}
