import type { Clock } from "@homeroom/room";

/** Whether one part of the process can do its work; `detail` says what is wrong. */
export interface Check {
  readonly ok: boolean;
  readonly detail?: string;
}

/** The answer of `/readyz`. */
export interface Readiness {
  /** Whether it should be sent work: it may be degraded, which its checks show. */
  readonly ready: boolean;
  readonly checks: readonly (Check & { readonly name: string })[];
}

interface Part {
  readonly check: () => Check | Promise<Check>;
  readonly essential: boolean;
}

/** A check that takes longer counts as failed. */
const CHECK_TIMEOUT_MS = 2_000;

/** Asks every part of the process whether it is ready. */
export class Health {
  readonly #clock: Clock;
  readonly #parts = new Map<string, Part>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Names are unique; a check may throw, which is its way to say no. */
  add(name: string, check: () => Check | Promise<Check>): void {
    this.#parts.set(name, { check, essential: true });
  }

  /** A part without which the process still does work that no other could do better. */
  addInessential(name: string, check: () => Check | Promise<Check>): void {
    this.#parts.set(name, { check, essential: false });
  }

  async readiness(): Promise<Readiness> {
    let ready = true;
    const ask = async ([name, part]: [string, Part]): Promise<Readiness["checks"][number]> => {
      const check = await this.#ask(part.check);
      if (part.essential && !check.ok) ready = false;
      return { name, ...check };
    };
    const checks = await Promise.all([...this.#parts].map(ask));
    return { ready, checks };
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
