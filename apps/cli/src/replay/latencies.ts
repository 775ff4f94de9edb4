import { createHistogram, type RecordableHistogram } from "node:perf_hooks";

const HOUR_US = 3_600_000_000;

/** Latencies to three figures, in bounded memory. */
export class Latencies {
  readonly #microseconds: RecordableHistogram = createHistogram({
    lowest: 1,
    highest: HOUR_US,
    figures: 3,
  });

  record(ms: number): void {
    this.#microseconds.record(Math.min(HOUR_US, Math.max(1, Math.round(ms * 1000))));
  }

  get count(): number {
    return this.#microseconds.count;
  }

  /** Milliseconds; null before the first record. */
  percentile(percent: number): number | null {
    return this.count === 0 ? null : this.#microseconds.percentile(percent) / 1000;
  }
}
