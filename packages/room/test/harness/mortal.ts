import type { RoomName } from "@homeroom/protocol";
import type { Clock, Timer } from "../../src/ports.js";
import type {
  Append,
  AppendOutcome,
  Cursor,
  Home,
  ListRooms,
  RoomStore,
  StoredRoom,
  StoredRoomSummary,
} from "../../src/store.js";

/** The time of one process: when it is killed, nothing that it planned happens any more. */
export class MortalClock implements Clock {
  readonly #clock: Clock;
  readonly #timers = new Set<Timer>();
  #dead = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  after(ms: number, task: () => void): Timer {
    if (this.#dead) return { cancel: () => {} };
    const inner = this.#clock.after(ms, () => {
      this.#timers.delete(timer);
      task();
    });
    const timer = {
      cancel: (): void => {
        this.#timers.delete(timer);
        inner.cancel();
      },
    };
    this.#timers.add(timer);
    return timer;
  }

  soon(task: () => void): void {
    this.#clock.soon(() => {
      if (!this.#dead) task();
    });
  }

  kill(): void {
    this.#dead = true;
    for (const timer of [...this.#timers]) timer.cancel();
  }
}

/**
 * One process's way to the store. What has reached the store before the process is killed takes
 * effect; the process hears of nothing after that.
 */
export class MortalStore implements RoomStore {
  readonly #store: RoomStore;
  #dead = false;

  constructor(store: RoomStore) {
    this.#store = store;
  }

  kill(): void {
    this.#dead = true;
  }

  open(room: RoomName): Promise<StoredRoom> {
    return this.#while(() => this.#store.open(room));
  }

  append(batch: readonly Append[]): Promise<readonly AppendOutcome[]> {
    return this.#while(() => this.#store.append(batch));
  }

  compact(room: RoomName, home: Home, snapshot: Uint8Array, upTo: Cursor): Promise<void> {
    return this.#while(() => this.#store.compact(room, home, snapshot, upTo));
  }

  remove(room: RoomName, home: Home): Promise<void> {
    return this.#while(() => this.#store.remove(room, home));
  }

  describe(room: RoomName): Promise<StoredRoomSummary | null> {
    return this.#while(() => this.#store.describe(room));
  }

  list(query: ListRooms): Promise<readonly StoredRoomSummary[]> {
    return this.#while(() => this.#store.list(query));
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  async #while<T>(work: () => Promise<T>): Promise<T> {
    if (this.#dead) return await never();
    try {
      return await work();
    } finally {
      if (this.#dead) await never();
    }
  }
}

const never = (): Promise<never> => new Promise(() => {});
