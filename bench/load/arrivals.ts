import { performance } from "node:perf_hooks";
import { quantile } from "../measure/statistics.js";

/** Which edits have reached whom, and how long it took. Edits and receivers are numbered. */
export class Arrivals {
  readonly #receivers: number;
  readonly #sentAt: Float64Array;
  readonly #seen: Uint8Array;
  readonly #latencies: number[] = [];
  #measuredFrom = Number.POSITIVE_INFINITY;
  #expected = 0;
  #arrived = 0;
  #onComplete: (() => void) | null = null;

  /** @param receivers of one room; they are numbered within it */
  constructor(edits: number, receivers: number) {
    this.#receivers = receivers;
    this.#sentAt = new Float64Array(edits);
    this.#seen = new Uint8Array(edits * receivers);
  }

  /** Deliveries that have been asked for and not been seen. */
  get missing(): number {
    return this.#expected - this.#arrived;
  }

  /** From now on, latencies count. */
  measure(): void {
    this.#measuredFrom = performance.now();
  }

  /** An edit leaves, for so many others. */
  sent(edit: number, others: number): void {
    this.#sentAt[edit] = performance.now();
    this.#expected += others;
  }

  /** Its marker has been found in what a receiver was sent. */
  found(edit: number, receiver: number, now: number): void {
    const place = edit * this.#receivers + receiver;
    if (this.#seen[place] !== 0) return;
    const sentAt = this.#sentAt[edit] ?? 0;
    // A number that was not sent is something else that looks like a marker.
    if (sentAt === 0) return;
    this.#seen[place] = 1;
    this.#arrived++;
    if (sentAt >= this.#measuredFrom) this.#latencies.push(now - sentAt);
    if (this.missing === 0) this.#onComplete?.();
  }

  /** Whether all that was sent has arrived, at the latest after `timeoutMs`. */
  async complete(timeoutMs: number): Promise<boolean> {
    if (this.missing === 0) return true;
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
