import type { RoomName } from "@homeroom/protocol";
import {
  type Cursor,
  compareCursors,
  type Home,
  type Logger,
  type StoredRoom,
  StoreError,
} from "@homeroom/room";
import { same } from "./replica.js";
import type { CopyStore, SharedStore, StoredRecord } from "./shared-store.js";
import { compareCopies, wholeOf } from "./whole.js";

export interface OpenedCopies {
  readonly stored: StoredRoom;
  /** Whether the local copy now equals the shared one. */
  readonly current: boolean;
}

export interface United {
  readonly cursor: Cursor | null;
  /** Everything, as one V1 update. */
  readonly whole: Uint8Array;
  /** What the home did not know of, as one V1 update; null where that is nothing. */
  readonly found: Uint8Array | null;
}

const nothing: StoredRoom = { snapshot: null, tail: [], cursor: null };

/**
 * Brings the two copies of a room together. Equal cursors mean equal copies: a home writes the same
 * records to both, in the same order, and whatever else comes to the local copy is put there under
 * the shared one's cursor.
 */
export class Copies {
  readonly #local: CopyStore;
  readonly #shared: SharedStore;
  readonly #logger: Logger;

  constructor(local: CopyStore, shared: SharedStore, logger: Logger) {
    this.#local = local;
    this.#shared = shared;
    this.#logger = logger;
  }

  /**
   * Reads a room by the shortest way [R4–R8].
   * @param home null for one who only reads: then nothing is written to the shared store
   */
  async open(room: RoomName, home: Home | null): Promise<OpenedCopies> {
    const [position] = await this.#shared.positions([room]);
    const theirs = position?.cursor ?? null;
    const ours = await this.#localCursor(room, position?.removed ?? 0, home);
    if (!ours) return theirs ? await this.#fetch(room, home) : { stored: nothing, current: true };
    const complete = position?.intact && (await this.#complete(room, ours, theirs));
    if (!complete) return await this.#merge(room, home);
    const stored = await this.openLocal(room);
    return stored ? { stored, current: true } : await this.#fetch(room, home);
  }

  /**
   * Reads what has come to a room since it was opened before, and that alone [R5]. Null where the
   * records do not tell, or the local copy is not where it was then.
   */
  async openSince(room: RoomName, earlier: StoredRoom): Promise<OpenedCopies | null> {
    const from = earlier.cursor;
    if (!from) return null;
    const [[position], records, local] = await Promise.all([
      this.#shared.positions([room]),
      this.#shared.since(room, from),
      this.#local.describe(room).catch(() => null),
    ]);
    const grew = position?.intact && position.removed < from.epoch;
    if (!grew || !records || !same(local?.cursor ?? null, from)) return null;
    const tail = [...earlier.tail, ...records.flatMap(({ updates }) => updates)];
    const cursor = records.at(-1)?.cursor ?? from;
    const reached = await this.#add(room, from, records);
    return { stored: { ...earlier, tail, cursor }, current: same(reached, cursor) };
  }

  /** Whether the local copy equals the shared one, or could be made so by the last records. */
  async #complete(room: RoomName, ours: Cursor, theirs: Cursor | null): Promise<boolean> {
    if (same(ours, theirs)) return true;
    if (!theirs || compareCursors(ours, theirs) > 0) return false;
    return same(await this.catchUp(room, ours), theirs);
  }

  /** The local copy, null where it is damaged or cannot be read. */
  async openLocal(room: RoomName): Promise<StoredRoom | null> {
    try {
      return await this.#local.open(room);
    } catch (error) {
      this.#unusable(room, error);
      return null;
    }
  }

  /**
   * Brings both copies to hold everything that either holds, under one cursor. To be called where
   * the shared store was found to hold something else than it had accepted.
   */
  async unite(room: RoomName, home: Home): Promise<United> {
    const ours = await this.#local.open(room);
    const united = await this.uniteWith(room, home, ours);
    const { cursor, whole, found } = united;
    if (cursor && (found || !same(cursor, ours.cursor))) {
      await this.#local.install(room, home, whole, cursor);
    }
    return united;
  }

  /** Makes the shared copy hold what it holds and `ours` as well: merged, never overwritten. */
  async uniteWith(room: RoomName, home: Home, ours: StoredRoom): Promise<United> {
    const theirs = await this.#shared.open(room);
    const { whole, surplus } = compareCopies(ours, theirs);
    const cursor = later(ours.cursor, theirs.cursor);
    if (cursor) await this.#shared.install(room, home, whole, cursor, theirs.cursor);
    return { cursor, whole, found: surplus };
  }

  /**
   * Makes the local copy anew from a snapshot, and adds what the shared store has after it.
   * @returns the cursor that it has reached, null where it is not to be had
   */
  async renew(
    room: RoomName,
    home: Home,
    snapshot: Uint8Array,
    upTo: Cursor,
  ): Promise<Cursor | null> {
    await this.#local.install(room, home, snapshot, upTo);
    return await this.catchUp(room, upTo);
  }

  /**
   * Adds to the local copy the records that the shared store has after it.
   * @returns the cursor that it has reached, null where the two do not fit together
   */
  async catchUp(room: RoomName, from: Cursor): Promise<Cursor | null> {
    const records = await this.#shared.since(room, from);
    return records && (await this.#add(room, from, records));
  }

  /** @returns the cursor that the local copy has reached, null where it could not be written */
  async #add(
    room: RoomName,
    from: Cursor,
    records: readonly StoredRecord[],
  ): Promise<Cursor | null> {
    if (records.length === 0) return from;
    const copies = records.map(({ cursor, updates }) => ({
      room,
      home: copiedUnder(cursor),
      updates,
    }));
    try {
      const last = (await this.#local.append(copies, { sync: false })).at(-1);
      return last?.ok ? last.cursor : null;
    } catch (error) {
      this.#unusable(room, error);
      return null;
    }
  }

  /** Where the local copy has got to; null where there is none that may be used. */
  async #localCursor(
    room: RoomName,
    removedEpoch: number,
    home: Home | null,
  ): Promise<Cursor | null> {
    try {
      const summary = await this.#local.describe(room);
      if (!summary) return null;
      if (summary.cursor.epoch > removedEpoch) return summary.cursor;
      const epoch = Math.max(removedEpoch, home?.epoch ?? 0);
      await this.#local.remove(room, { node: "", epoch });
    } catch (error) {
      this.#unusable(room, error);
    }
    return null;
  }

  /** There is no local copy: it becomes what the shared store has. */
  async #fetch(room: RoomName, home: Home | null): Promise<OpenedCopies> {
    const stored = await this.#shared.open(room);
    if (!stored.cursor) return { stored, current: false };
    const by = home ?? copiedUnder(stored.cursor);
    return { stored, current: await this.#install(room, by, stored, stored.cursor) };
  }

  /** The cursors do not tell what the copies have in common. */
  async #merge(room: RoomName, home: Home | null): Promise<OpenedCopies> {
    const [theirs, local] = await Promise.all([this.#shared.open(room), this.openLocal(room)]);
    const ours = local ?? nothing;
    const { whole, surplus } = compareCopies(theirs, ours);
    const stored = { snapshot: whole, tail: [], cursor: theirs.cursor ?? ours.cursor };
    if (surplus && !home) return { stored, current: false };
    const cursor =
      surplus && home ? await this.#give(room, home, theirs, ours, surplus) : theirs.cursor;
    if (!cursor) return { stored: nothing, current: false };
    const by = home ?? copiedUnder(cursor);
    return {
      stored: { ...stored, cursor },
      current: await this.#install(room, by, stored, cursor),
    };
  }

  /** Gives the shared store what only the local copy holds. @returns its cursor after that */
  async #give(
    room: RoomName,
    home: Home,
    theirs: StoredRoom,
    ours: StoredRoom,
    surplus: Uint8Array,
  ): Promise<Cursor> {
    if (!theirs.cursor && ours.cursor) {
      await this.#shared.install(room, home, wholeOf(ours), ours.cursor, null);
      return ours.cursor;
    }
    const [outcome] = await this.#shared.append([{ room, home, updates: [surplus] }]);
    if (outcome?.ok) return outcome.cursor;
    throw outcome?.error ?? new StoreError("UNAVAILABLE", "the shared store gave no outcome");
  }

  /** @returns whether it could be done; the copy is a convenience, never a reason to fail */
  async #install(room: RoomName, home: Home, stored: StoredRoom, cursor: Cursor): Promise<boolean> {
    try {
      await this.#local.install(room, home, wholeOf(stored), cursor);
      return true;
    } catch (error) {
      this.#logger.error({ err: error, room }, "local copy not made");
      return false;
    }
  }

  #unusable(room: RoomName, error: unknown): void {
    this.#logger.error({ err: error, room }, "local copy unusable: the shared one is read");
  }
}

const later = (a: Cursor | null, b: Cursor | null): Cursor | null =>
  !a || (b && compareCursors(a, b) < 0) ? b : a;

/** A copied record keeps the epoch of the home that wrote it. */
const copiedUnder = ({ epoch }: Cursor): Home => ({ node: "", epoch });
