import type { RoomName } from "@homeroom/protocol";
import { type Logger, StoreError } from "@homeroom/room";
import { parseKey, quarantineKey, quarantineKeys } from "./keys.js";
import type { Level } from "./level.js";
import { decodeQuarantine, encodeQuarantine } from "./records.js";

/** A room that is not served because what is stored of it is not what was written. */
export interface DamagedRoom {
  readonly room: RoomName;
  readonly reason: string;
  /** Milliseconds since the epoch; when it was found. */
  readonly since: number;
}

/** The damaged rooms, in memory and in the store: they stay so until they are removed. */
export class Quarantine {
  readonly #rooms = new Map<RoomName, DamagedRoom>();
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Reads what the store knows. */
  async load(level: Level): Promise<void> {
    for await (const [key, value] of level.iterator(quarantineKeys)) {
      const parsed = parseKey(key);
      if (parsed?.kind !== "quarantine" || this.#rooms.has(parsed.room)) continue;
      const record = decodeQuarantine(key, value);
      const { reason, since } = record ?? { reason: "its quarantine record is altered", since: 0 };
      this.#enter({ room: parsed.room, reason, since });
    }
  }

  list(): readonly DamagedRoom[] {
    return [...this.#rooms.values()];
  }

  /** What to refuse the room with, null where nothing is wrong with it. */
  errorFor(room: RoomName): StoreError | null {
    const damaged = this.#rooms.get(room);
    if (!damaged) return null;
    return new StoreError(
      "DAMAGED",
      `room "${room}" is damaged: ${damaged.reason}. Remove it, or restore it from a backup`,
    );
  }

  /** Takes in a room. @returns the record that keeps it so */
  add(damaged: DamagedRoom): { readonly key: Buffer; readonly value: Buffer } {
    if (!this.#rooms.has(damaged.room)) this.#enter(damaged);
    const key = quarantineKey(damaged.room);
    return { key, value: encodeQuarantine(key, damaged) };
  }

  release(room: RoomName): void {
    this.#rooms.delete(room);
  }

  #enter(damaged: DamagedRoom): void {
    this.#rooms.set(damaged.room, damaged);
    this.#logger.error({ room: damaged.room, reason: damaged.reason }, "room is damaged");
  }
}
