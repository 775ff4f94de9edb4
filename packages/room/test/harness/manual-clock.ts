import type { Clock, Timer } from "../../src/ports.js";

interface Scheduled {
  readonly due: number;
  readonly task: () => void;
}

/** More turns than this without rest mean that something runs for ever. */
const MAX_TURNS = 20_000;

/** Time that stands still until a test moves it. */
export class ManualClock implements Clock {
  #elapsed = 0;
  #soon: (() => void)[] = [];
  /** In the order in which they were set. */
  readonly #timers = new Set<Scheduled>();

  now(): number {
    return 1_700_000_000_000 + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  after(ms: number, task: () => void): Timer {
    const timer = { due: this.#elapsed + ms, task };
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  }

  soon(task: () => void): void {
    this.#soon.push(task);
  }

  /** How many timers are set. */
  get timers(): number {
    return this.#timers.size;
  }

  /** One turn of the event loop: what was to run soon, and nothing that it asks for. */
  turn(): void {
    for (const task of this.#soon.splice(0)) task();
  }

  /** Runs promises, what is to run soon and the timers that are due, until nothing is left. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < MAX_TURNS; turn++) {
      await promises();
      const due = this.#next(this.#elapsed);
      if (this.#soon.length === 0 && !due) return;
      this.turn();
      if (due && this.#timers.delete(due)) due.task();
    }
    throw new Error(`still busy after ${MAX_TURNS} turns`);
  }

  /** Lets time pass, timer by timer. */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    await this.settle();
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#elapsed = Math.max(this.#elapsed, next.due);
      await this.settle();
    }
    this.#elapsed = end;
    await this.settle();
  }

  /** Moves time without running anything, as a process that was paused finds it. */
  jump(ms: number): void {
    this.#elapsed += ms;
  }

  #next(end: number): Scheduled | null {
    let next: Scheduled | null = null;
    for (const timer of this.#timers) {
      if (timer.due <= end && (!next || timer.due < next.due)) next = timer;
    }
    return next;
  }
}

/** Node runs every promise reaction that is ready before it comes to an immediate. */
const promises = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
