import type { RoomName } from "@homeroom/protocol";
import type { Database } from "./database.js";
import { headKey } from "./keys.js";
import { DamageError } from "./read-room.js";
import { decodeHead, type Head } from "./records.js";

/** The heads of rooms; those that were used last are kept in memory. */
export class Heads {
  readonly #database: Database;
  readonly #limit: number;
  /** The least recently used first. */
  readonly #kept = new Map<RoomName, Head>();

  constructor(database: Database, limit: number) {
    this.#database = database;
    this.#limit = limit;
  }

  /**
   * Those of the rooms that have one. Rooms with an altered head are left out, and told to
   * `onDamage`.
   */
  async of(
    rooms: Iterable<RoomName>,
    onDamage: (error: DamageError) => void,
  ): Promise<ReadonlyMap<RoomName, Head>> {
    const heads = new Map<RoomName, Head>();
    const unknown: RoomName[] = [];
    for (const room of rooms) {
      const head = this.#kept.get(room);
      if (head) heads.set(room, head);
      else unknown.push(room);
    }
    if (unknown.length === 0) return heads;
    const keys = unknown.map(headKey);
    const values = await this.#database.read((level) => level.getMany(keys));
    for (const [index, room] of unknown.entries()) {
      const [key, value] = [keys[index], values[index]];
      if (!key || !value) continue;
      const head = decodeHead(key, value);
      if (head) heads.set(room, head);
      else onDamage(new DamageError(room, "its head is altered"));
    }
    return heads;
  }

  /** Takes in a head that has been written. */
  keep(room: RoomName, head: Head): void {
    this.#kept.delete(room);
    this.#kept.set(room, head);
    if (this.#kept.size <= this.#limit) return;
    for (const oldest of this.#kept.keys()) {
      this.#kept.delete(oldest);
      return;
    }
  }

  forget(room: RoomName): void {
    this.#kept.delete(room);
  }

  /** All of them are read again: what is written is not known. */
  forgetAll(): void {
    this.#kept.clear();
  }
}
