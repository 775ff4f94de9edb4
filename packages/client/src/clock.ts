/** Time, injected so that tests own it. */
export interface Clock {
  /** Milliseconds that only ever grow; for measuring and for deadlines. */
  monotonic(): number;
  /** Milliseconds since 1970, for moments that another machine has named. */
  now(): number;
  /** Runs `task` once after `ms`. */
  after(ms: number, task: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

export const systemClock: Clock = {
  monotonic: () => performance.now(),
  now: () => Date.now(),
  after: (ms, task) => {
    const timer = setTimeout(task, ms);
    return { cancel: () => clearTimeout(timer) };
  },
};
