import type { Clock } from "@homeroom/room";

/** Waits for `work`, but no longer than `ms`. What it does after that is not cancelled. */
export async function withDeadline<T>(
  clock: Pick<Clock, "after">,
  ms: number,
  work: Promise<T>,
): Promise<{ readonly late: false; readonly value: T } | { readonly late: true }> {
  return await new Promise((resolve, reject) => {
    const timer = clock.after(ms, () => resolve({ late: true }));
    work.then(
      (value) => {
        timer.cancel();
        resolve({ late: false, value });
      },
      (error: unknown) => {
        timer.cancel();
        reject(error);
      },
    );
  });
}
