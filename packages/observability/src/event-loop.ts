import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import type { Clock } from "@homeroom/room";

/** In milliseconds: by how much timers were late. */
export interface EventLoopDelay {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** A tick wakes a process that has nothing to do, for 30 µs: at 10 ms, 3 ms of each second. */
const RESOLUTION_MS = 20;
const WINDOW_MS = 10_000;

/** How late the event loop has run lately, for whoever asks and however often. */
export class EventLoopMonitor {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  #windowStart: number;
  #window: EventLoopDelay | null = null;

  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
    this.#windowStart = clock.monotonic();
    this.#histogram.enable();
  }

  /** Over the last whole window of at least ten seconds; at first, over what there is. */
  read(): EventLoopDelay {
    if (this.#clock.monotonic() - this.#windowStart >= WINDOW_MS) {
      this.#window = this.#measure();
      this.#windowStart = this.#clock.monotonic();
      this.#histogram.reset();
    }
    return this.#window ?? this.#measure();
  }

  close(): void {
    this.#histogram.disable();
  }

  /** Node records the time between two ticks, which includes the interval that was asked for. */
  #measure(): EventLoopDelay {
    const delay = (nanoseconds: number): number =>
      this.#histogram.count === 0 ? 0 : Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
    return {
      p50: delay(this.#histogram.percentile(50)),
      p99: delay(this.#histogram.percentile(99)),
      max: delay(this.#histogram.max),
    };
  }
}
