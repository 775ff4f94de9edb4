import type { Trace } from "@homeroom/trace";

/** Longer pauses are shortened to this: recordings go on for days. */
const LONGEST_PAUSE_MS = 2_000;

/**
 * When each transaction is due, in milliseconds from the start, at `speed` times the speed at
 * which it was recorded; null for a recording that says nothing of time.
 */
export function schedule({ txns }: Trace, speed: number): Float64Array | null {
  const due = new Float64Array(txns.length);
  let last: number | null = null;
  let elapsed = 0;
  let moments = 0;
  for (const [index, { time }] of txns.entries()) {
    if (time !== null && last !== null && time > last) {
      elapsed += Math.min(time - last, LONGEST_PAUSE_MS) / speed;
      moments += 1;
    }
    last = time ?? last;
    due[index] = elapsed;
  }
  return moments === 0 ? null : due;
}
