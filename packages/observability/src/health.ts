import type { Clock } from "@homeroom/room";

/** Whether one part of the process can do its work; `detail` says what is wrong. */
export interface Check {
  readonly ok: boolean;
  readonly detail?: string;
}

/** The answer of `/readyz`. */
export interface Readiness {
  readonly ready: boolean;
  readonly checks: readonly (Check & { readonly name: string })[];
}

/** A check that takes longer counts as failed. */
const CHECK_TIMEOUT_MS = 2_000;

/** Asks every part of the process whether it is ready. */
export class Health {
  readonly #clock: Clock;
  readonly #parts = new Map<string, () => Check | Promise<Check>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Names are unique; a check may throw, which is its way to say no. */
  add(name: string, check: () => Check | Promise<Check>): void {
    this.#parts.set(name, check);
  }

  async readiness(): Promise<Readiness> {
    const checks = await Promise.all(
      Array.from(this.#parts, async ([name, check]) => ({ name, ...(await this.#ask(check)) })),
    );
    return { ready: checks.every(({ ok }) => ok), checks };
  }

  #ask(check: () => Check | Promise<Check>): Promise<Check> {
    return new Promise((resolve) => {
      const timer = this.#clock.after(CHECK_TIMEOUT_MS, () => {
        resolve({ ok: false, detail: `no answer within ${CHECK_TIMEOUT_MS} ms` });
      });
      const answer = (result: Check): void => {
        timer.cancel();
        resolve(result);
      };
      Promise.resolve()
        .then(check)
        .then(answer, (error: unknown) => {
          answer({ ok: false, detail: error instanceof Error ? error.message : String(error) });
        });
    });
  }
}
