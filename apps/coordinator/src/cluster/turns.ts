import type { RoomName } from "@homeroom/protocol";
import { type Clock, ServiceError, type Timer } from "@homeroom/room";

export interface TurnLimits {
  /** For one room, besides what is under way. */
  readonly maxWaiting: number;
  /** Until a turn comes. Milliseconds. */
  readonly waitMs: number;
}

interface Waiting {
  readonly begin: () => void;
  readonly deadline: Timer;
}

/** One thing at a time is done with a room; no room waits for another. */
export class Turns {
  readonly #clock: Pick<Clock, "after">;
  readonly #limits: TurnLimits;
  /** The rooms with which something is done, and who waits until it is, first come first. */
  readonly #rooms = new Map<RoomName, Set<Waiting>>();

  constructor(clock: Pick<Clock, "after">, limits: TurnLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** How many rooms something is done with. */
  get size(): number {
    return this.#rooms.size;
  }

  /**
   * Does `work` when everything is done that was asked for before it.
   * @throws ServiceError `UNAVAILABLE` where its turn does not come; then nothing was done
   */
  async take<T>(room: RoomName, work: () => Promise<T>): Promise<T> {
    await this.#turn(room);
    try {
      return await work();
    } finally {
      this.#next(room);
    }
  }

  async #turn(room: RoomName): Promise<void> {
    const { maxWaiting, waitMs } = this.#limits;
    const waiting = this.#rooms.get(room);
    if (!waiting) {
      this.#rooms.set(room, new Set());
      return;
    }
    if (waiting.size >= maxWaiting) {
      throw new ServiceError("UNAVAILABLE", "too many wait for this room; try again");
    }
    await new Promise<void>((begin, refuse) => {
      const giveUp = (): void => {
        waiting.delete(turn);
        refuse(new ServiceError("UNAVAILABLE", "the room is busy for too long; try again"));
      };
      const turn = { begin, deadline: this.#clock.after(waitMs, giveUp) };
      waiting.add(turn);
    });
  }

  #next(room: RoomName): void {
    const waiting = this.#rooms.get(room);
    const [next] = waiting ?? [];
    if (!next) {
      this.#rooms.delete(room);
      return;
    }
    waiting?.delete(next);
    next.deadline.cancel();
    next.begin();
  }
}
