import type { RoomName } from "@homeroom/protocol";
import type { Clock, Logger, RoomOwner, Timer } from "@homeroom/room";
import type { RouteLimits } from "./limits.js";
import type { RouteLink } from "./link-client.js";

export interface SearchContext {
  readonly limits: RouteLimits;
  readonly clock: Clock;
  /** From 0 up to, not including, 1: spreads attempts. */
  readonly random: () => number;
  readonly logger: Logger;
  find(room: RoomName, hint: RoomOwner | null): Promise<RouteLink>;
  /** Runs `work` when few enough others look for a home. */
  takeTurn(work: () => Promise<void>): Promise<void>;
}

/** A home that was lost again within this time, and did not hand over, was a failed attempt. */
const STEADY_MS = 1_000;

/** Looks for the home of one room: again and again, with growing pauses, up to a deadline. */
export class Search {
  readonly #room: RoomName;
  readonly #context: SearchContext;
  readonly #found: (link: RouteLink) => Promise<void>;
  readonly #failed: (cause: unknown) => void;
  #attempts = 0;
  /** When the room was last without a home first, null while it has one. */
  #since: number | null = null;
  #attachedAt = Number.NEGATIVE_INFINITY;
  /** Of the last attempt that failed. */
  #cause: unknown = null;
  /** Marks what belongs to the search that runs now. */
  #run = 0;
  #pause: Timer | null = null;
  #deadline: Timer | null = null;

  /**
   * @param found is given an open link; what it returns resolves when it is known whether the room
   * is at home there, and others wait their turn until then
   * @param failed nothing was found in time, for this reason at last
   */
  constructor(options: {
    room: RoomName;
    context: SearchContext;
    found: (link: RouteLink) => Promise<void>;
    failed: (cause: unknown) => void;
  }) {
    this.#room = options.room;
    this.#context = options.context;
    this.#found = options.found;
    this.#failed = options.failed;
  }

  /** Begins, or begins again where the last attempt came to nothing. */
  begin(hint: RoomOwner | null): void {
    const { clock, limits } = this.#context;
    const now = clock.monotonic();
    const run = ++this.#run;
    if (this.#since === null) {
      this.#since = now;
      const handedOver = hint !== null;
      if (handedOver || now - this.#attachedAt > STEADY_MS) this.#attempts = 0;
    }
    const left = this.#since + limits.findTimeoutMs - now;
    this.#stopTimers();
    this.#deadline = clock.after(Math.max(0, left), () => {
      this.stop();
      this.#failed(this.#cause);
    });
    const attempt = (): void => {
      void this.#context.takeTurn(() => this.#attempt(run, hint));
    };
    const pause = this.#nextPause();
    if (pause === 0) attempt();
    else this.#pause = clock.after(pause, attempt);
  }

  /** The room has a home. @returns for how long it had none, in milliseconds */
  attached(): number {
    const now = this.#context.clock.monotonic();
    const without = now - (this.#since ?? now);
    this.stop();
    this.#attachedAt = now;
    this.#since = null;
    return without;
  }

  stop(): void {
    this.#run++;
    this.#stopTimers();
  }

  async #attempt(run: number, hint: RoomOwner | null): Promise<void> {
    if (run !== this.#run) return;
    try {
      const link = await this.#context.find(this.#room, hint);
      if (run !== this.#run) return;
      this.#stopTimers();
      await this.#found(link);
    } catch (error) {
      if (run !== this.#run) return;
      this.#cause = error;
      this.begin(null);
    }
  }

  #nextPause(): number {
    const { limits, random } = this.#context;
    const attempt = this.#attempts++;
    if (attempt === 0) return 0;
    const longest = Math.min(limits.retryMaxMs, limits.retryMinMs * 2 ** Math.min(attempt, 20));
    return longest * (0.5 + random() / 2);
  }

  #stopTimers(): void {
    this.#pause?.cancel();
    this.#pause = null;
    this.#deadline?.cancel();
    this.#deadline = null;
  }
}
