import type { RoomName } from "@homeroom/protocol";
import type { Clock } from "../ports.js";
import {
  type Append,
  type AppendOutcome,
  type Cursor,
  compareCursors,
  type Home,
  type ListRooms,
  type RoomStore,
  type StoredRoom,
  type StoredRoomSummary,
  StoreError,
} from "../store.js";

export type StoreOperation = "open" | "append" | "compact" | "remove" | "describe" | "list";

export interface MemoryStoreOptions {
  readonly clock?: Pick<Clock, "now">;
  /** Awaited before each operation: a test holds the operation here, or fails it by throwing. */
  readonly before?: (operation: StoreOperation) => Promise<void> | void;
}

interface Journaled {
  readonly cursor: Cursor;
  readonly updates: readonly Uint8Array[];
}

interface Room {
  snapshot: { readonly bytes: Uint8Array; readonly upTo: Cursor } | null;
  /** After the snapshot, oldest first. */
  tail: Journaled[];
  cursor: Cursor;
  /** The highest epoch that has written. */
  fence: number;
  updatedAt: number;
}

/** Rooms for as long as the process lives. */
export class MemoryStore implements RoomStore {
  readonly #clock: Pick<Clock, "now">;
  readonly #before: (operation: StoreOperation) => Promise<void> | void;
  readonly #rooms = new Map<RoomName, Room>();
  readonly #underWay = new Set<Promise<unknown>>();
  #closing: Promise<unknown> | null = null;

  constructor(options: MemoryStoreOptions = {}) {
    this.#clock = options.clock ?? Date;
    this.#before = options.before ?? (() => {});
  }

  open(name: RoomName): Promise<StoredRoom> {
    return this.#run("open", () => {
      const room = this.#rooms.get(name);
      return {
        snapshot: room?.snapshot?.bytes ?? null,
        tail: room?.tail.flatMap(({ updates }) => updates) ?? [],
        cursor: room?.cursor ?? null,
      };
    });
  }

  append(batch: readonly Append[]): Promise<readonly AppendOutcome[]> {
    return this.#run("append", () => {
      if (batch.some(({ updates }) => updates.length === 0)) {
        throw new RangeError("an append needs at least one update");
      }
      return batch.map((entry) => this.#append(entry));
    });
  }

  compact(name: RoomName, home: Home, snapshot: Uint8Array, upTo: Cursor): Promise<void> {
    return this.#run("compact", () => {
      const room = this.#rooms.get(name);
      if (!room) return;
      if (home.epoch < room.fence) throw fenced(name, home, room.fence);
      if (compareCursors(upTo, room.cursor) > 0) {
        throw new RangeError(`room "${name}" has no record at the cursor of this snapshot`);
      }
      if (room.snapshot && compareCursors(upTo, room.snapshot.upTo) < 0) return;
      room.fence = home.epoch;
      room.snapshot = { bytes: Uint8Array.from(snapshot), upTo };
      room.tail = room.tail.filter(({ cursor }) => compareCursors(cursor, upTo) > 0);
    });
  }

  remove(name: RoomName, home: Home): Promise<void> {
    return this.#run("remove", () => {
      const room = this.#rooms.get(name);
      if (room && home.epoch < room.fence) throw fenced(name, home, room.fence);
      this.#rooms.delete(name);
    });
  }

  describe(name: RoomName): Promise<StoredRoomSummary | null> {
    return this.#run("describe", () => {
      const room = this.#rooms.get(name);
      return room ? summary(name, room) : null;
    });
  }

  list(query: ListRooms): Promise<readonly StoredRoomSummary[]> {
    return this.#run("list", () => {
      const after = query.after === null ? null : Buffer.from(query.after);
      return [...this.#rooms]
        .map(([name, room]) => ({ name, room, bytes: Buffer.from(name) }))
        .filter(({ name }) => name.startsWith(query.prefix))
        .filter(({ bytes }) => after === null || Buffer.compare(bytes, after) > 0)
        .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
        .slice(0, query.limit)
        .map(({ name, room }) => summary(name, room));
    });
  }

  async close(): Promise<void> {
    this.#closing ??= Promise.allSettled(this.#underWay);
    await this.#closing;
  }

  #append({ room: name, home, updates }: Append): AppendOutcome {
    const room = this.#rooms.get(name);
    if (room && home.epoch < room.fence) {
      return { ok: false, error: fenced(name, home, room.fence) };
    }
    const cursor = { epoch: home.epoch, seq: (room?.cursor.seq ?? 0) + 1 };
    const tail = room?.tail ?? [];
    tail.push({ cursor, updates: updates.map((update) => Uint8Array.from(update)) });
    this.#rooms.set(name, {
      snapshot: room?.snapshot ?? null,
      tail,
      cursor,
      fence: home.epoch,
      updatedAt: this.#clock.now(),
    });
    return { ok: true, cursor };
  }

  async #run<T>(operation: StoreOperation, work: () => T): Promise<T> {
    if (this.#closing !== null) throw new StoreError("CLOSED", "the store was closed");
    const run = (async () => {
      await this.#before(operation);
      return work();
    })();
    this.#underWay.add(run);
    try {
      return await run;
    } finally {
      this.#underWay.delete(run);
    }
  }
}

function summary(room: RoomName, { snapshot, tail, cursor, updatedAt }: Room): StoredRoomSummary {
  let bytes = snapshot?.bytes.length ?? 0;
  for (const { updates } of tail) for (const update of updates) bytes += update.length;
  return { room, cursor, bytes, updatedAt };
}

function fenced(room: RoomName, home: Home, fence: number): StoreError {
  return new StoreError(
    "FENCED",
    `room "${room}" was claimed under epoch ${fence}; epoch ${home.epoch} may not write any more`,
  );
}
