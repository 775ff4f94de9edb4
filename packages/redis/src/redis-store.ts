import type { NumberedAppend, Position, SharedStore, StoredRecord } from "@homeroom/cluster";
import type { RoomName } from "@homeroom/protocol";
import {
  type AppendOutcome,
  type Clock,
  type Cursor,
  compareCursors,
  formatCursor,
  type Home,
  type ListRooms,
  type StoredRoom,
  type StoredRoomSummary,
  StoreError,
} from "@homeroom/room";
import type { ChainableCommander } from "ioredis";
import { type Client, groupByServer, replies } from "./client.js";
import { toStoreError } from "./errors.js";
import { fenced, Journal } from "./journal.js";
import { clusterKeys, keysOf } from "./keys.js";
import { decodeRecord, parseCursor } from "./record.js";
import { rememberEmptyMs } from "./redis-directory.js";
import type { StreamEntry } from "./scripts.js";

export interface RedisStoreOptions {
  readonly journal: Client;
  /** For snapshots and whole rooms, which would hold up the appends. */
  readonly bulk: Client;
  readonly clock: Pick<Clock, "now">;
  readonly replicas: number;
  readonly replicaTimeoutMs: number;
}

/** Names that a listing asks about at a time. */
const pageSize = 200;

/** Rooms in Redis, fenced by the claims of the `RedisDirectory` beside it. */
export class RedisStore implements SharedStore {
  readonly #bulk: Client;
  readonly #client: Client;
  readonly #clock: Pick<Clock, "now">;
  readonly #journal: Journal;
  readonly #underWay = new Set<Promise<unknown>>();
  #closed = false;

  constructor({ journal, bulk, clock, replicas, replicaTimeoutMs }: RedisStoreOptions) {
    this.#bulk = bulk;
    this.#client = journal;
    this.#clock = clock;
    this.#journal = new Journal({ client: journal, clock, replicas, replicaTimeoutMs });
  }

  open(room: RoomName): Promise<StoredRoom> {
    return this.#run(async () => {
      const { stream, snapshot } = keysOf(room);
      const [records, stored] = await this.#bulk.openRoomBuffer(stream, snapshot);
      const [data, cursor] = stored;
      const upTo = cursor ? parseCursor(cursor.toString()) : null;
      const tail = toRecords(records).filter(
        (record) => !upTo || compareCursors(record.cursor, upTo) > 0,
      );
      return {
        snapshot: data,
        tail: tail.flatMap(({ updates }) => updates),
        cursor: tail.at(-1)?.cursor ?? upTo,
      };
    });
  }

  append(batch: readonly NumberedAppend[]): Promise<readonly AppendOutcome[]> {
    return this.#run(() => {
      if (batch.some(({ updates }) => updates.length === 0)) {
        throw new RangeError("an append needs at least one update");
      }
      return this.#journal.append(batch);
    });
  }

  compact(room: RoomName, home: Home, data: Uint8Array, upTo: Cursor): Promise<void> {
    return this.#run(async () => {
      const { owner, stream, snapshot } = keysOf(room);
      const [outcome, fence] = await this.#bulk.compactRoom(
        ...[owner, stream, snapshot, home.epoch, home.node, formatCursor(upTo), copyOf(data)],
      );
      if (outcome === "fenced") throw fenced(room, home.epoch, fence);
      if (outcome === "beyond") {
        throw new RangeError(`room "${room}" has no record at the cursor of this snapshot`);
      }
    });
  }

  install(
    room: RoomName,
    home: Home,
    data: Uint8Array,
    cursor: Cursor,
    replaces?: Cursor | null,
  ): Promise<void> {
    return this.#run(async () => {
      const { owner, stream, snapshot } = keysOf(room);
      const bytes = copyOf(data);
      const from = replaces === undefined ? "" : formatCursor(replaces ?? { epoch: 0, seq: 0 });
      await this.#client.zadd(clusterKeys.rooms, 0, room);
      const [outcome, fence] = await this.#bulk.installRoom(
        ...[owner, stream, snapshot, home.epoch, formatCursor(cursor), bytes],
        ...[this.#clock.now(), from],
      );
      if (outcome === "fenced") throw fenced(room, home.epoch, fence);
      if (outcome === "changed") {
        throw new StoreError("UNAVAILABLE", `room "${room}" has changed meanwhile; try again`);
      }
    });
  }

  remove(room: RoomName, home: Home): Promise<void> {
    return this.#run(async () => {
      const { owner, stream, snapshot } = keysOf(room);
      const [outcome, fence] = await this.#client.removeRoom(
        ...[owner, stream, snapshot, home.epoch, rememberEmptyMs],
      );
      if (outcome === "fenced") throw fenced(room, home.epoch, fence);
      await this.#client.zrem(clusterKeys.rooms, room);
    });
  }

  describe(room: RoomName): Promise<StoredRoomSummary | null> {
    return this.#run(async () => (await this.#describe([room]))[0] ?? null);
  }

  list(query: ListRooms): Promise<readonly StoredRoomSummary[]> {
    return this.#run(async () => {
      const found: StoredRoomSummary[] = [];
      let after = query.after;
      while (found.length < query.limit) {
        const names = await this.#names(query.prefix, after);
        for (const summary of await this.#describe(names)) if (summary) found.push(summary);
        after = names.at(-1) ?? null;
        if (names.length < pageSize) break;
      }
      return found.slice(0, query.limit);
    });
  }

  positions(rooms: readonly RoomName[]): Promise<readonly Position[]> {
    return this.#run(() =>
      this.#ofEach(
        rooms,
        (pipeline, { owner, stream, snapshot }) => pipeline.positionOfRoom(owner, stream, snapshot),
        (value) => {
          const [epoch, seq, intact, removed] = value as [number, number, number, number];
          const cursor = epoch === 0 ? null : { epoch, seq };
          return { cursor, intact: intact === 1, removed };
        },
      ),
    );
  }

  since(room: RoomName, cursor: Cursor): Promise<readonly StoredRecord[] | null> {
    return this.#run(async () => {
      const { stream, snapshot } = keysOf(room);
      const place = formatCursor(cursor);
      const entries = await this.#bulk.recordsSinceBuffer(stream, snapshot, place);
      return entries && toRecords(entries);
    });
  }

  confirm(rooms: readonly RoomName[]): Promise<void> {
    return this.#run(() => this.#journal.confirm(rooms));
  }

  /** Waits for what is under way. The connections are closed by whoever opened them. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#underWay);
  }

  #describe(rooms: readonly RoomName[]): Promise<readonly (StoredRoomSummary | null)[]> {
    return this.#ofEach(
      rooms,
      (pipeline, { stream, snapshot }) => pipeline.describeRoom(stream, snapshot),
      (value, room) => {
        if (value === null) return null;
        const [epoch, seq, bytes, updatedAt] = value as [number, number, number, number];
        return { room, cursor: { epoch, seq }, bytes, updatedAt };
      },
    );
  }

  /** The next names in byte order. A listed room may by now hold nothing. */
  async #names(prefix: string, after: RoomName | null): Promise<RoomName[]> {
    const isPast = after !== null && Buffer.compare(Buffer.from(after), Buffer.from(prefix)) >= 0;
    const from = isPast ? `(${after}` : `[${prefix}`;
    // No UTF-8 has the byte 0xff, so every name that begins with the prefix is below this.
    const to = Buffer.concat([Buffer.from(`[${prefix}`), Buffer.from([0xff])]);
    const names = await this.#client.zrange(
      ...([clusterKeys.rooms, from, to, "BYLEX", "LIMIT", 0, pageSize] as const),
    );
    return names as RoomName[];
  }

  /** One command per room, in one pipeline per server; answers in order. */
  async #ofEach<T>(
    rooms: readonly RoomName[],
    add: (pipeline: ChainableCommander, keys: ReturnType<typeof keysOf>) => void,
    read: (value: unknown, room: RoomName) => T,
  ): Promise<readonly T[]> {
    const answers = new Map<number, T>();
    const entries = rooms.map((room, index) => ({ room, index, keys: keysOf(room) }));
    const ask = async (group: readonly (typeof entries)[number][]): Promise<void> => {
      const pipeline = this.#client.pipeline();
      for (const { keys } of group) add(pipeline, keys);
      for (const [place, reply] of (await replies(this.#client, pipeline)).entries()) {
        if (!reply.ok) throw reply.error;
        const entry = group[place];
        if (entry) answers.set(entry.index, read(reply.value, entry.room));
      }
    };
    await Promise.all(groupByServer(this.#client, entries, ({ keys }) => keys.stream).map(ask));
    return entries.map(({ index }) => answers.get(index) as T);
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new StoreError("CLOSED", "the store was closed");
    const run = work();
    this.#underWay.add(run);
    try {
      return await run;
    } catch (error) {
      throw error instanceof RangeError ? error : toStoreError(error);
    } finally {
      this.#underWay.delete(run);
    }
  }
}

const toRecords = (entries: readonly StreamEntry[]): StoredRecord[] =>
  entries.flatMap((entry) => decodeRecord(entry) ?? []);

/** The caller may write over its bytes once the call has returned; ioredis may not have sent them. */
const copyOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes);
