import type { RoomName } from "@homeroom/protocol";
import {
  type Append,
  type AppendOutcome,
  type Clock,
  type Cursor,
  type Home,
  type ListRooms,
  type Logger,
  type RoomStore,
  type StoredRoom,
  type StoredRoomSummary,
  StoreError,
} from "@homeroom/room";
import { type Batch, Database } from "./database.js";
import { type Directory, takeDirectory } from "./directory.js";
import { toStoreError } from "./errors.js";
import { HeadCache } from "./head-cache.js";
import {
  headKey,
  journalKey,
  journalKeysOf,
  quarantineKey,
  snapshotKey,
  snapshotKeysOf,
} from "./keys.js";
import type { Level } from "./level.js";
import { type DamagedRoom, Quarantine } from "./quarantine.js";
import {
  DamageError,
  listRooms,
  readHead,
  readRoom,
  type SalvagedRoom,
  salvageRoom,
  summarize,
  tailBytesAfter,
} from "./read-room.js";
import { decodeHead, encodeHead, encodeJournal, encodeSnapshot, type Head } from "./records.js";

/** Heads that are kept in memory: rooms that are written again and again. */
const CACHED_HEADS = 10_000;

export interface LevelStoreOptions {
  /** Made if it is not there; one process at a time. */
  readonly directory: string;
  /**
   * When an append counts as durable: `fsync` once the disk has it, `process` once the kernel has
   * it, which outlives the process but not a power cut.
   */
  readonly durability?: "fsync" | "process";
  readonly logger: Logger;
  readonly clock?: Pick<Clock, "now">;
}

/** Rooms in a LevelDB on this machine (SPEC.md, FORMAT.md). */
export class LevelStore implements RoomStore {
  readonly #directory: Directory;
  readonly #database: Database;
  readonly #quarantine: Quarantine;
  readonly #clock: Pick<Clock, "now">;
  readonly #logger: Logger;
  readonly #heads = new HeadCache(CACHED_HEADS);
  /** The end of what was asked for last: what changes the store is done one at a time. */
  #lastChange: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | null = null;

  /** @throws StoreError `LOCKED`, `UNKNOWN_FORMAT`, `DAMAGED`, `FULL`, `UNAVAILABLE` */
  static async open(options: LevelStoreOptions): Promise<LevelStore> {
    const { logger, clock = Date } = options;
    const directory = await takeDirectory(options.directory);
    try {
      const sync = options.durability !== "process";
      const now = () => clock.now();
      const database = await Database.open({ directory, sync, now, logger });
      const quarantine = new Quarantine(logger);
      await database.read((level) => quarantine.load(level));
      return new LevelStore({ directory, database, quarantine, clock, logger });
    } catch (error) {
      await directory.release();
      throw toStoreError(error, options.directory);
    }
  }

  private constructor(parts: {
    directory: Directory;
    database: Database;
    quarantine: Quarantine;
    clock: Pick<Clock, "now">;
    logger: Logger;
  }) {
    this.#directory = parts.directory;
    this.#database = parts.database;
    this.#quarantine = parts.quarantine;
    this.#clock = parts.clock;
    this.#logger = parts.logger;
  }

  open(room: RoomName): Promise<StoredRoom> {
    return this.#read((level) => {
      const damaged = this.#quarantine.errorFor(room);
      if (damaged) throw damaged;
      return readRoom(level, room);
    });
  }

  append(batch: readonly Append[]): Promise<readonly AppendOutcome[]> {
    return this.#change(async () => {
      if (batch.some(({ updates }) => updates.length === 0)) {
        throw new RangeError("an append needs at least one update");
      }
      let bytes = 0;
      for (const { updates } of batch) for (const update of updates) bytes += update.length;
      await this.#database.writable(bytes);
      const known = await this.#headsOf(batch.map(({ room }) => room));
      const changed = new Map<RoomName, Head>();
      const outcomes: AppendOutcome[] = [];
      await this.#write((target) => {
        for (const entry of batch) {
          const head = changed.get(entry.room) ?? known.get(entry.room) ?? null;
          outcomes.push(this.#append(target, entry, head, changed));
        }
        // After all the data: what alters a stretch of the log then seldom takes both.
        for (const [room, head] of changed) {
          const key = headKey(room);
          target.put(key, encodeHead(key, head));
        }
      }, bytes);
      for (const [room, head] of changed) this.#heads.set(room, head);
      return outcomes;
    });
  }

  compact(room: RoomName, home: Home, snapshot: Uint8Array, upTo: Cursor): Promise<void> {
    return this.#change(async () => {
      await this.#database.writable(snapshot.length);
      const head = (await this.#headsOf([room])).get(room) ?? null;
      const damaged = this.#quarantine.errorFor(room);
      if (damaged) throw damaged;
      if (head === null) return;
      if (home.epoch < head.fence) throw fenced(room, home, head);
      if (upTo.seq > head.seq || upTo.epoch > head.epoch) {
        throw new RangeError(`room "${room}" has no record at the cursor of this snapshot`);
      }
      if (upTo.seq < head.snapshotSeq) return;
      const tailBytes = await this.#database.read((level) => tailBytesAfter(level, room, upTo.seq));
      const changed: Head = {
        ...head,
        fence: home.epoch,
        snapshotSeq: upTo.seq,
        snapshotBytes: snapshot.length,
        tailBytes,
      };
      await this.#write((batch) => {
        const key = snapshotKey(room, upTo.seq);
        batch.put(key, encodeSnapshot(key, snapshot));
        for (let seq = head.snapshotSeq + 1; seq <= upTo.seq; seq++)
          batch.del(journalKey(room, seq));
        if (head.snapshotSeq > 0 && head.snapshotSeq < upTo.seq) {
          batch.del(snapshotKey(room, head.snapshotSeq));
        }
        batch.put(headKey(room), encodeHead(headKey(room), changed));
      }, snapshot.length);
      this.#heads.set(room, changed);
    });
  }

  remove(room: RoomName, home: Home): Promise<void> {
    return this.#change(async () => {
      await this.#database.writable(0);
      const head = (await this.#headsOf([room])).get(room) ?? null;
      if (head && home.epoch < head.fence) throw fenced(room, home, head);
      const keys = await this.#database.read(async (level) => [
        ...(await level.keys(journalKeysOf(room)).all()),
        ...(await level.keys(snapshotKeysOf(room)).all()),
      ]);
      const damaged = this.#quarantine.errorFor(room);
      if (!head && !damaged && keys.length === 0) return;
      await this.#write((batch) => {
        for (const key of keys) batch.del(key);
        if (damaged) batch.del(quarantineKey(room));
        batch.del(headKey(room));
      }, 0);
      this.#heads.set(room, null);
      this.#quarantine.release(room);
    });
  }

  describe(room: RoomName): Promise<StoredRoomSummary | null> {
    return this.#read(async (level) => {
      const head = await readHead(level, room);
      return head && summarize(room, head);
    });
  }

  list(query: ListRooms): Promise<readonly StoredRoomSummary[]> {
    return this.#read((level) => listRooms(level, query, (error) => this.#enterQuarantine(error)));
  }

  /** The rooms that `open` refuses as `DAMAGED`, as far as is known. */
  damagedRooms(): readonly DamagedRoom[] {
    return this.#quarantine.list();
  }

  /** What is still readable of a room, damaged or not. Changes nothing. */
  salvage(room: RoomName): Promise<SalvagedRoom> {
    return this.#read((level) => salvageRoom(level, room));
  }

  close(): Promise<void> {
    this.#closing ??= this.#lastChange.then(async () => {
      await this.#database.close();
      await this.#directory.release();
    });
    return this.#closing;
  }

  #append(
    batch: Batch,
    { room, home, updates }: Append,
    head: Head | null,
    changed: Map<RoomName, Head>,
  ): AppendOutcome {
    const damaged = this.#quarantine.errorFor(room);
    if (damaged) return { ok: false, error: damaged };
    if (head && home.epoch < head.fence) return { ok: false, error: fenced(room, home, head) };
    const cursor = { epoch: home.epoch, seq: (head?.seq ?? 0) + 1 };
    const key = journalKey(room, cursor.seq);
    batch.put(key, encodeJournal(key, { epoch: home.epoch, updates }));
    let tailBytes = head?.tailBytes ?? 0;
    for (const update of updates) tailBytes += update.length;
    changed.set(room, {
      fence: home.epoch,
      ...cursor,
      snapshotSeq: head?.snapshotSeq ?? 0,
      snapshotBytes: head?.snapshotBytes ?? 0,
      tailBytes,
      updatedAt: this.#clock.now(),
    });
    return { ok: true, cursor };
  }

  /** The heads of the rooms that have one; an altered one puts its room into quarantine. */
  async #headsOf(rooms: readonly RoomName[]): Promise<ReadonlyMap<RoomName, Head>> {
    const heads = new Map<RoomName, Head>();
    const missing: RoomName[] = [];
    for (const room of rooms) {
      const head = this.#heads.get(room);
      if (head === undefined) missing.push(room);
      else if (head !== null) heads.set(room, head);
    }
    if (missing.length === 0) return heads;
    const keys = missing.map(headKey);
    const values = await this.#database.read((level) => level.getMany(keys));
    for (const [index, room] of missing.entries()) {
      const key = keys[index];
      const value = values[index];
      const head = key && value ? decodeHead(key, value) : null;
      if (head) heads.set(room, head);
      else if (value) this.#enterQuarantine(new DamageError(room, "its head is altered"));
    }
    return heads;
  }

  /** From now on the room is refused, also after a restart. */
  #enterQuarantine({ room, message }: DamageError): void {
    const damaged = { room, reason: message, since: this.#clock.now() };
    const { key, value } = this.#quarantine.add(damaged);
    this.#change(async () => {
      await this.#database.writable(0);
      await this.#write((batch) => batch.put(key, value), 0);
    }).catch((error: unknown) => {
      this.#logger.warn({ err: error, room }, "the damage is not noted: it is found again later");
    });
  }

  async #read<T>(work: (level: Level) => Promise<T>): Promise<T> {
    if (this.#closing !== null) throw closed();
    try {
      return await this.#database.read(work);
    } catch (error) {
      throw this.#explain(error);
    }
  }

  /** Runs `work` when every change that was asked for before has been made, or has failed. */
  async #change<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing !== null) throw closed();
    const change = this.#lastChange.then(work);
    this.#lastChange = change.catch(() => {});
    try {
      return await change;
    } catch (error) {
      throw this.#explain(error);
    }
  }

  async #write(fill: (batch: Batch) => void, bytes: number): Promise<void> {
    try {
      await this.#database.write(fill, bytes);
    } catch (error) {
      // LevelDB may hold the batch or not: what it holds is read again.
      this.#heads.clear();
      throw error;
    }
  }

  #explain(error: unknown): unknown {
    if (error instanceof RangeError) return error;
    if (!(error instanceof DamageError)) return toStoreError(error, this.#directory.path);
    this.#enterQuarantine(error);
    return this.#quarantine.errorFor(error.room);
  }
}

function fenced(room: RoomName, home: Home, { fence }: Head): StoreError {
  return new StoreError(
    "FENCED",
    `room "${room}" was claimed under epoch ${fence}; epoch ${home.epoch} may not write any more`,
  );
}

function closed(): StoreError {
  return new StoreError("CLOSED", "the store was closed");
}
