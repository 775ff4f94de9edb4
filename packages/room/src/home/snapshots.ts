import type { RoomLimits } from "../limits.js";
import type { Clock, Logger, Meter, Timer } from "../ports.js";
import type { Cursor, RoomStore } from "../store.js";
import type { Room } from "./room.js";

/**
 * Writes snapshots in the background, one room at a time. After each one a pause follows that keeps
 * snapshots to their share of the process's time.
 */
export class Snapshots {
  readonly #store: RoomStore;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #meter: Meter;
  readonly #limits: RoomLimits;
  /** Rooms that want a snapshot, in the order in which they asked. */
  readonly #wanted = new Set<Room>();
  #running: Promise<void> | null = null;
  #pause: Timer | null = null;
  #closed = false;

  constructor(options: {
    store: RoomStore;
    clock: Clock;
    logger: Logger;
    meter: Meter;
    limits: RoomLimits;
  }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#meter = options.meter;
    this.#limits = options.limits;
  }

  request(room: Room): void {
    if (this.#closed) return;
    this.#wanted.add(room);
    this.#next();
  }

  /** The room has gone: it needs none any more. */
  forget(room: Room): void {
    this.#wanted.delete(room);
  }

  /** Resolves when no snapshot is being written. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#pause?.cancel();
    this.#pause = null;
    this.#wanted.clear();
    await this.#running;
  }

  #next(): void {
    if (this.#running || this.#pause || this.#closed) return;
    const room = this.#wanted.values().next();
    if (room.done) return;
    this.#wanted.delete(room.value);
    this.#running = this.#write(room.value).then((encodingMs) => {
      this.#running = null;
      if (this.#closed) return;
      const { snapshotDuty } = this.#limits;
      this.#pause = this.#clock.after(encodingMs * (1 / snapshotDuty - 1), () => {
        this.#pause = null;
        this.#next();
      });
    });
  }

  /**
   * @returns how long encoding took, in milliseconds: of a long document with what others did in
   *   between, which makes the pause longer than it would have to be
   */
  async #write(room: Room): Promise<number> {
    const started = this.#clock.monotonic();
    let encodingMs = 0;
    let snapshot: Snapshot | null = null;
    try {
      snapshot = await room.snapshot();
      encodingMs = this.#clock.monotonic() - started;
      if (!snapshot) return encodingMs;
      await this.#store.compact(room.room, room.home, snapshot.update, snapshot.upTo);
      this.#meter.snapshot(snapshot.update.length, this.#clock.monotonic() - started);
    } catch (error) {
      this.#logger.warn({ err: error, room: room.room }, "snapshot failed; the journal goes on");
      if (snapshot) room.snapshotFailed(snapshot);
    }
    return encodingMs;
  }
}

/** The whole document, which holds every record up to the cursor. */
export interface Snapshot {
  readonly update: Uint8Array;
  readonly upTo: Cursor;
  readonly replaces: JournalTail;
  /** Whether it was asked for all the same, where it replaces nothing. */
  readonly wanted: boolean;
}

/** What was journaled since the last snapshot. */
export interface JournalTail {
  readonly bytes: number;
  readonly records: number;
}
