import type { CopyStore } from "@homeroom/cluster";
import type { RoomName } from "@homeroom/protocol";
import {
  type Append,
  type AppendOutcome,
  type Clock,
  type Cursor,
  type Home,
  type ListRooms,
  type Logger,
  type StoredRoom,
  type StoredRoomSummary,
  StoreError,
} from "@homeroom/room";
import {
  checkCursor,
  deleteRoom,
  fenceAgainst,
  headOfCopy,
  putAppend,
  putCopy,
  putHead,
  putSnapshot,
  replacementAgainst,
} from "./changes.js";
import { type Batch, Database } from "./database.js";
import { type Directory, takeDirectory } from "./directory.js";
import { toStoreError } from "./errors.js";
import { Heads } from "./heads.js";
import type { Level } from "./level.js";
import { type DamagedRoom, Quarantine } from "./quarantine.js";
import {
  DamageError,
  listRooms,
  readHead,
  readRoom,
  recordKeys,
  type SalvagedRoom,
  salvageRoom,
  summarize,
  tailBytesAfter,
} from "./read-room.js";
import type { Head } from "./records.js";
import { packSnapshot } from "./snapshot-encoding.js";

/** Heads that are kept in memory: rooms that are written again and again. */
const KEPT_HEADS = 10_000;

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
export class LevelStore implements CopyStore {
  readonly #directory: Directory;
  readonly #database: Database;
  readonly #quarantine: Quarantine;
  readonly #clock: Pick<Clock, "now">;
  readonly #logger: Logger;
  readonly #heads: Heads;
  readonly #calls = new Set<Promise<unknown>>();
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
      const quarantine = new Quarantine(logger);
      const onOpen = (level: Level) => quarantine.load(level);
      const database = await Database.open({ directory, sync, now, logger, onOpen });
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
    this.#heads = new Heads(parts.database, KEPT_HEADS);
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

  append(
    batch: readonly Append[],
    { sync = true }: { readonly sync?: boolean } = {},
  ): Promise<readonly AppendOutcome[]> {
    return this.#call(() => this.#change(() => this.#append(batch, sync)));
  }

  compact(room: RoomName, home: Home, snapshot: Uint8Array, upTo: Cursor): Promise<void> {
    return this.#call(async () => {
      // Appends do not wait for this part.
      const packed = await packSnapshot(snapshot);
      await this.#change(async () => {
        await this.#database.writable(packed.bytes.length);
        const head = (await this.#headsOf([room])).get(room) ?? null;
        const refused = this.#quarantine.errorFor(room) ?? fenceAgainst(room, home, head);
        if (refused) throw refused;
        if (!head) return;
        checkCursor(room, upTo, head);
        if (upTo.seq < head.snapshotSeq) return;
        const tailBytes =
          upTo.seq === head.seq
            ? 0
            : await this.#database.read((level) => tailBytesAfter(level, room, upTo.seq));
        const changed: Head = {
          ...head,
          fence: home.epoch,
          snapshotSeq: upTo.seq,
          snapshotBytes: snapshot.length,
          tailBytes,
        };
        await this.#write(
          (batch) => putSnapshot(batch, room, packed, head, changed),
          packed.bytes.length,
        );
        this.#heads.keep(room, changed);
      });
    });
  }

  /** A damaged room is whole again after it: the copy takes the place of all that was there. */
  install(
    room: RoomName,
    home: Home,
    snapshot: Uint8Array,
    cursor: Cursor,
    replaces?: Cursor | null,
  ): Promise<void> {
    return this.#call(async () => {
      const packed = await packSnapshot(snapshot);
      const copy = headOfCopy(home, cursor, snapshot.length, this.#clock.now());
      await this.#change(async () => {
        await this.#database.writable(packed.bytes.length);
        const head = (await this.#headsOf([room])).get(room) ?? null;
        const refused =
          fenceAgainst(room, home, head) ??
          replacementAgainst(room, replaces, this.#quarantine.errorFor(room) ?? head);
        if (refused) throw refused;
        const keys = await this.#database.read((level) => recordKeys(level, room));
        const fill = (batch: Batch) => putCopy(batch, room, keys, packed, copy);
        await this.#write(fill, packed.bytes.length);
        this.#heads.keep(room, copy);
        this.#quarantine.release(room);
      });
    });
  }

  remove(room: RoomName, home: Home): Promise<void> {
    return this.#call(() =>
      this.#change(async () => {
        await this.#database.writable(0);
        const head = (await this.#headsOf([room])).get(room) ?? null;
        const refused = fenceAgainst(room, home, head);
        if (refused) throw refused;
        const keys = await this.#database.read((level) => recordKeys(level, room));
        if (!head && !this.#quarantine.errorFor(room) && keys.length === 0) return;
        await this.#write((batch) => deleteRoom(batch, room, keys), 0);
        this.#heads.forget(room);
        this.#quarantine.release(room);
      }),
    );
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
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  async #finish(): Promise<void> {
    await Promise.allSettled(this.#calls);
    await this.#lastChange;
    await this.#database.close();
    await this.#directory.release();
  }

  async #append(batch: readonly Append[], sync: boolean): Promise<readonly AppendOutcome[]> {
    let bytes = 0;
    for (const { updates } of batch) {
      if (updates.length === 0) throw new RangeError("an append needs at least one update");
      for (const update of updates) bytes += update.length;
    }
    await this.#database.writable(bytes);
    const known = await this.#headsOf(batch.map(({ room }) => room));
    const changed = new Map<RoomName, Head>();
    const now = this.#clock.now();
    const outcomes: AppendOutcome[] = [];
    const fill = (target: Batch): void => {
      for (const entry of batch) {
        const { room, home } = entry;
        const head = changed.get(room) ?? known.get(room) ?? null;
        const error = this.#quarantine.errorFor(room) ?? fenceAgainst(room, home, head);
        if (error) {
          outcomes.push({ ok: false, error });
          continue;
        }
        const next = putAppend(target, entry, head, now);
        changed.set(room, next);
        outcomes.push({ ok: true, cursor: { epoch: next.epoch, seq: next.seq } });
      }
      // After all the data: what alters a stretch of the log then seldom takes both.
      for (const [room, head] of changed) putHead(target, room, head);
    };
    await this.#write(fill, bytes, sync);
    for (const [room, head] of changed) this.#heads.keep(room, head);
    return outcomes;
  }

  #headsOf(rooms: readonly RoomName[]): Promise<ReadonlyMap<RoomName, Head>> {
    return this.#heads.of(rooms, (error) => this.#enterQuarantine(error));
  }

  /** From now on the room is refused, also after a restart. */
  #enterQuarantine({ room, message }: DamageError): void {
    const damaged = { room, reason: message, since: this.#clock.now() };
    const { key, value } = this.#quarantine.add(damaged);
    this.#change(async () => {
      if (!this.#quarantine.errorFor(room)) return;
      await this.#database.writable(0);
      await this.#write((batch) => batch.put(key, value), 0);
    }).catch((error: unknown) => {
      this.#logger.warn({ err: error, room }, "the damage is not noted: it is found again later");
    });
  }

  #read<T>(work: (level: Level) => Promise<T>): Promise<T> {
    return this.#call(() => this.#database.read(work));
  }

  /** Runs one call of the port, which `close` waits for. */
  async #call<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing !== null) throw new StoreError("CLOSED", "the store was closed");
    const call = work();
    this.#calls.add(call);
    try {
      return await call;
    } catch (error) {
      throw this.#explain(error);
    } finally {
      this.#calls.delete(call);
    }
  }

  /** Runs `work` when every change that was asked for before has been made, or has failed. */
  #change<T>(work: () => Promise<T>): Promise<T> {
    const change = this.#lastChange.then(work);
    this.#lastChange = change.catch(() => {});
    return change;
  }

  async #write(fill: (batch: Batch) => void, bytes: number, sync = true): Promise<void> {
    try {
      await this.#database.write(fill, bytes, sync);
    } catch (error) {
      // LevelDB may hold the batch or not: what it holds is read again.
      this.#heads.forgetAll();
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
