import { setTimeout as delay } from "node:timers/promises";

/** Waits for a condition. @throws Error that names it where it does not come true in time. */
export async function until(what: string, condition: () => boolean, ms = 5_000): Promise<void> {
  const deadline = performance.now() + ms;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`not within ${ms} ms: ${what}`);
    await delay(2);
  }
}
