import type { RoomName } from "@homeroom/protocol";
import {
  type AppendOutcome,
  type Cursor,
  compareCursors,
  type Home,
  type ListRooms,
  type StoredRoom,
  type StoredRoomSummary,
  StoreError,
} from "@homeroom/room";
import type { NumberedAppend, Position, SharedStore, StoredRecord } from "../store/shared-store.js";
import type { KeptRoom, MemoryPrimary } from "./memory-primary.js";

/** A shared store for as long as the process lives: for tests, which share its primary. */
export class MemorySharedStore implements SharedStore {
  readonly #primary: MemoryPrimary;
  readonly #clock: { now(): number };
  readonly #underWay = new Set<Promise<unknown>>();
  #closed = false;

  /** @param clock of the process that writes: the time of an append is the writer's */
  constructor(primary: MemoryPrimary, clock: { now(): number } = primary.clock) {
    this.#primary = primary;
    this.#clock = clock;
  }

  open(name: RoomName): Promise<StoredRoom> {
    return this.#answer("open", () => {
      const room = this.#rooms.get(name);
      return {
        snapshot: room?.snapshot?.bytes ?? null,
        tail: room?.records.flatMap(({ updates }) => updates) ?? [],
        cursor: room ? cursorOf(room) : null,
      };
    });
  }

  append(batch: readonly NumberedAppend[]): Promise<readonly AppendOutcome[]> {
    const taken = batch.map((entry) => ({
      ...entry,
      updates: entry.updates.map((update) => Uint8Array.from(update)),
    }));
    return this.#answer("append", () => {
      if (taken.some(({ updates }) => updates.length === 0)) {
        throw new RangeError("an append needs at least one update");
      }
      return taken.map((entry) => this.#append(entry));
    });
  }

  compact(name: RoomName, home: Home, snapshot: Uint8Array, upTo: Cursor): Promise<void> {
    const bytes = Uint8Array.from(snapshot);
    return this.#answer("compact", () => {
      const room = this.#rooms.get(name);
      if (!room) return;
      this.#pass(name, home);
      const beyond = compareCursors(upTo, cursorOf(room)) > 0;
      if (beyond) throw new RangeError(`room "${name}" has no record at this snapshot's cursor`);
      if (room.snapshot && compareCursors(upTo, room.snapshot.cursor) < 0) return;
      this.#rooms.set(name, {
        snapshot: { bytes, cursor: upTo },
        records: room.records.filter(({ cursor }) => compareCursors(cursor, upTo) > 0),
        updatedAt: room.updatedAt,
      });
    });
  }

  install(
    name: RoomName,
    home: Home,
    snapshot: Uint8Array,
    cursor: Cursor,
    replaces?: Cursor | null,
  ): Promise<void> {
    const bytes = Uint8Array.from(snapshot);
    return this.#answer("install", () => {
      this.#pass(name, home);
      const room = this.#rooms.get(name);
      const isThere = room ? replaces && compareCursors(cursorOf(room), replaces) === 0 : !replaces;
      if (replaces !== undefined && !isThere) {
        throw new StoreError("UNAVAILABLE", `room "${name}" has changed meanwhile; try again`);
      }
      this.#rooms.set(name, {
        snapshot: { bytes, cursor },
        records: [],
        updatedAt: this.#clock.now(),
      });
    });
  }

  remove(name: RoomName, home: Home): Promise<void> {
    return this.#answer("remove", () => {
      this.#pass(name, home);
      if (this.#rooms.delete(name)) this.#primary.data.removed.set(name, home.epoch);
    });
  }

  describe(name: RoomName): Promise<StoredRoomSummary | null> {
    return this.#answer("describe", () => {
      const room = this.#rooms.get(name);
      return room ? summary(name, room) : null;
    });
  }

  list({ prefix, after, limit }: ListRooms): Promise<readonly StoredRoomSummary[]> {
    return this.#answer("list", () =>
      [...this.#rooms.keys()]
        .filter((name) => name.startsWith(prefix) && (after === null || byteOrder(name, after) > 0))
        .sort(byteOrder)
        .slice(0, limit)
        .flatMap((name) => {
          const room = this.#rooms.get(name);
          return room ? [summary(name, room)] : [];
        }),
    );
  }

  positions(rooms: readonly RoomName[]): Promise<readonly Position[]> {
    return this.#answer("positions", () =>
      rooms.map((name) => {
        const room = this.#rooms.get(name);
        const removed = this.#primary.data.removed.get(name) ?? 0;
        const intact = room?.records.at(-1)?.intact ?? true;
        return { cursor: room ? cursorOf(room) : null, intact, removed };
      }),
    );
  }

  since(name: RoomName, cursor: Cursor): Promise<readonly StoredRecord[] | null> {
    return this.#answer("since", () => {
      const room = this.#rooms.get(name);
      if (!room) return null;
      const places = [...room.records, ...(room.snapshot ? [room.snapshot] : [])];
      if (!places.some((place) => compareCursors(place.cursor, cursor) === 0)) return null;
      return room.records.filter((record) => compareCursors(record.cursor, cursor) > 0);
    });
  }

  confirm(_rooms: readonly RoomName[]): Promise<void> {
    return this.#answer("confirm", () => {});
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#underWay);
  }

  get #rooms(): Map<RoomName, KeptRoom> {
    return this.#primary.data.rooms;
  }

  #append({ room: name, home, updates, expected }: NumberedAppend): AppendOutcome {
    try {
      this.#pass(name, home);
    } catch (error) {
      if (error instanceof StoreError) return { ok: false, error };
      throw error;
    }
    const room = this.#rooms.get(name);
    const cursor = { epoch: home.epoch, seq: (room ? cursorOf(room).seq : 0) + 1 };
    const record = { cursor, updates, intact: (expected ?? cursor.seq) === cursor.seq };
    this.#rooms.set(name, {
      snapshot: room?.snapshot ?? null,
      records: [...(room?.records ?? []), record],
      updatedAt: this.#clock.now(),
    });
    return { ok: true, cursor };
  }

  /** The fence: lets the highest epoch through, and raises itself to it. */
  #pass(name: RoomName, { epoch }: Home): void {
    const { fences } = this.#primary.data;
    const fence = fences.get(name) ?? 0;
    if (epoch < fence) {
      throw new StoreError(
        "FENCED",
        `room "${name}" was claimed under epoch ${fence}; epoch ${epoch} may not write any more`,
      );
    }
    fences.set(name, epoch);
  }

  async #answer<T>(operation: string, work: () => T): Promise<T> {
    if (this.#closed) throw new StoreError("CLOSED", "the store was closed");
    const answer = this.#primary.answer(
      operation,
      work,
      () => new StoreError("UNAVAILABLE", `no answer to ${operation}`),
    );
    this.#underWay.add(answer);
    try {
      return await answer;
    } finally {
      this.#underWay.delete(answer);
    }
  }
}

function cursorOf({ records, snapshot }: KeptRoom): Cursor {
  const cursor = records.at(-1)?.cursor ?? snapshot?.cursor;
  if (!cursor) throw new Error("a room without a record and a snapshot is not kept");
  return cursor;
}

function summary(room: RoomName, kept: KeptRoom): StoredRoomSummary {
  let bytes = kept.snapshot?.bytes.length ?? 0;
  for (const { updates } of kept.records) for (const update of updates) bytes += update.length;
  return { room, cursor: cursorOf(kept), bytes, updatedAt: kept.updatedAt };
}

const byteOrder = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
