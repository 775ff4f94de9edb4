import type { Clock, Timer } from "@homeroom/room";

export interface Beating {
  /** Called once per interval. */
  beat(): void;
}

/** The connections are spread over this many moments of the interval. */
const SLOTS = 16;

/**
 * One timer for all connections: a wheel that calls a sixteenth of them each sixteenth of the
 * interval, so that ten thousand pings are not written in one turn. The timer runs only while
 * there is somebody to call.
 */
export class Heartbeat {
  readonly #clock: Pick<Clock, "after">;
  readonly #tickMs: number;
  readonly #slots: Set<Beating>[] = Array.from({ length: SLOTS }, () => new Set());
  #size = 0;
  #current = 0;
  #nextSlot = 0;
  #timer: Timer | null = null;

  constructor(clock: Pick<Clock, "after">, intervalMs: number) {
    this.#clock = clock;
    this.#tickMs = Math.max(1, intervalMs / SLOTS);
  }

  /** @returns how to leave; leaving twice does nothing. */
  join(member: Beating): () => void {
    const slot = this.#slots[this.#nextSlot];
    if (slot === undefined) throw new RangeError(`the wheel has no slot ${this.#nextSlot}`);
    this.#nextSlot = (this.#nextSlot + 1) % SLOTS;
    slot.add(member);
    this.#size += 1;
    this.#timer ??= this.#clock.after(this.#tickMs, () => this.#tick());
    return () => {
      if (slot.delete(member)) this.#size -= 1;
      if (this.#size === 0) this.#stop();
    };
  }

  #tick(): void {
    this.#timer = this.#clock.after(this.#tickMs, () => this.#tick());
    this.#current = (this.#current + 1) % SLOTS;
    for (const member of this.#slots[this.#current] ?? []) member.beat();
  }

  #stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }
}
