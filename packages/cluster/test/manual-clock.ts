import type { Clock, Timer } from "@homeroom/room";

interface Due {
  readonly at: number;
  readonly task: () => void;
}

/** Time that passes when a test says so. Timers run in order, at their own time. */
export class ManualClock implements Clock {
  #wall = 1_700_000_000_000;
  #monotonic = 0;
  readonly #timers = new Set<Due>();

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  after(ms: number, task: () => void): Timer {
    const timer = { at: this.#monotonic + Math.max(0, ms), task };
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  }

  soon(task: () => void): void {
    this.after(0, task);
  }

  get timers(): number {
    return this.#timers.size;
  }

  /** Lets time pass without running a timer: a process that was stopped. */
  jump(ms: number): void {
    this.#wall += ms;
    this.#monotonic += ms;
  }

  /** Lets time pass, and what each timer begins come to its end before the next one runs. */
  async run(ms: number): Promise<void> {
    const end = this.#monotonic + ms;
    for (;;) {
      await settle();
      const next = [...this.#timers].sort((a, b) => a.at - b.at)[0];
      if (!next || next.at > end) break;
      this.#timers.delete(next);
      this.jump(Math.max(0, next.at - this.#monotonic));
      next.task();
    }
    this.jump(end - this.#monotonic);
  }
}

/** Lets every promise that depends on nothing outside the process resolve. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}
