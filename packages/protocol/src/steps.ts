/** Work that may be left for a while wherever it yields: a few milliseconds lie between. */
export type Steps<T> = Generator<void, T, void>;

/** Does what is left of the work, at once. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Does the work, and waits where it may be left. @throws what the work or `pause` throws */
export async function unhurriedly<T>(steps: Steps<T>, pause: () => Promise<void>): Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await pause();
  }
}
