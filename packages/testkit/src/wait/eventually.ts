import { setTimeout as pause } from "node:timers/promises";
import { DeadlineError } from "./deadline.js";

export interface EventuallyOptions {
  /** Milliseconds until the wait fails; 5,000 unless said otherwise. */
  readonly within?: number;
  /** What is waited for, in the words of the failure. A function is asked when the wait failed. */
  readonly message?: string | (() => string);
}

type Truthy<T> = Exclude<T, false | null | undefined | 0 | "">;

const shortestPauseMs = 2;
const longestPauseMs = 50;

/**
 * Asks until the answer is truthy, and returns it. An answer that throws counts as "not yet" and
 * is the cause of the failure if it was the last one.
 * @throws DeadlineError
 */
export async function eventually<T>(
  condition: () => T | Promise<T>,
  { within = 5_000, message = "the condition holds" }: EventuallyOptions = {},
): Promise<Truthy<T>> {
  const end = performance.now() + within;
  let cause: unknown;
  for (let ms = shortestPauseMs; ; ms = Math.min(ms * 1.5, longestPauseMs)) {
    try {
      const answer = await condition();
      if (answer) return answer as Truthy<T>;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() >= end) {
      const what = typeof message === "string" ? message : message();
      throw new DeadlineError(what, within, cause === undefined ? undefined : { cause });
    }
    await pause(ms);
  }
}
