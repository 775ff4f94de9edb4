import type { RoomName } from "@homeroom/protocol";
import { type Append, type Cursor, compareCursors, type Home, StoreError } from "@homeroom/room";
import type { Batch } from "./database.js";
import { headKey, journalKey, quarantineKey, snapshotKey } from "./keys.js";
import { encodeHead, encodeJournal, encodeSnapshot, type Head } from "./records.js";
import type { PackedSnapshot } from "./snapshot-encoding.js";

/*
 * What a change writes. Each is one batch of LevelDB: after a crash there is the old state or the
 * new one.
 */

/** Puts one room's part of a commit. @returns the room's head after it, which is put last */
export function putAppend(
  batch: Batch,
  { room, home, updates }: Append,
  head: Head | null,
  now: number,
): Head {
  const seq = (head?.seq ?? 0) + 1;
  const key = journalKey(room, seq);
  batch.put(key, encodeJournal(key, { epoch: home.epoch, updates }));
  let tailBytes = head?.tailBytes ?? 0;
  for (const update of updates) tailBytes += update.length;
  return {
    fence: home.epoch,
    epoch: home.epoch,
    seq,
    snapshotSeq: head?.snapshotSeq ?? 0,
    snapshotBytes: head?.snapshotBytes ?? 0,
    tailBytes,
    updatedAt: now,
  };
}

export function putHead(batch: Batch, room: RoomName, head: Head): void {
  const key = headKey(room);
  batch.put(key, encodeHead(key, head));
}

/** Puts the snapshot up to `after.snapshotSeq`, and deletes what it holds. */
export function putSnapshot(
  batch: Batch,
  room: RoomName,
  packed: PackedSnapshot,
  before: Head,
  after: Head,
): void {
  const key = snapshotKey(room, after.snapshotSeq);
  batch.put(key, encodeSnapshot(key, packed));
  for (let seq = before.snapshotSeq + 1; seq <= after.snapshotSeq; seq++) {
    batch.del(journalKey(room, seq));
  }
  if (before.snapshotSeq > 0 && before.snapshotSeq < after.snapshotSeq) {
    batch.del(snapshotKey(room, before.snapshotSeq));
  }
  putHead(batch, room, after);
}

/** The head of a room that consists of a copy alone. @throws RangeError where the cursor is none */
export function headOfCopy(home: Home, cursor: Cursor, snapshotBytes: number, now: number): Head {
  if (cursor.seq < 1) throw new RangeError("a copy needs the cursor of a record");
  return {
    fence: home.epoch,
    epoch: cursor.epoch,
    seq: cursor.seq,
    snapshotSeq: cursor.seq,
    snapshotBytes,
    tailBytes: 0,
    updatedAt: now,
  };
}

/** Puts a copy in the place of the records under these keys, and of what says that they are bad. */
export function putCopy(
  batch: Batch,
  room: RoomName,
  keys: readonly Buffer[],
  packed: PackedSnapshot,
  head: Head,
): void {
  // First, for one of them may be the key of the copy.
  deleteRoom(batch, room, keys);
  const key = snapshotKey(room, head.snapshotSeq);
  batch.put(key, encodeSnapshot(key, packed));
  putHead(batch, room, head);
}

/** Deletes the records under these keys, and what says that the room is there. */
export function deleteRoom(batch: Batch, room: RoomName, keys: readonly Buffer[]): void {
  for (const key of keys) batch.del(key);
  batch.del(quarantineKey(room));
  batch.del(headKey(room));
}

/** What refuses a home that has been superseded; null for the one that may write. */
export function fenceAgainst(room: RoomName, home: Home, head: Head | null): StoreError | null {
  if (!head || home.epoch >= head.fence) return null;
  return new StoreError(
    "FENCED",
    `room "${room}" was claimed under epoch ${head.fence}; epoch ${home.epoch} may not write any more`,
  );
}

/** What refuses a copy that was to replace the room as it was at a cursor which it is not at. */
export function replacementAgainst(
  room: RoomName,
  replaces: Cursor | null | undefined,
  found: Head | StoreError | null,
): StoreError | null {
  if (replaces === undefined) return null;
  if (found instanceof StoreError) return found;
  const isThere = found && replaces ? compareCursors(found, replaces) === 0 : found === replaces;
  if (isThere) return null;
  return new StoreError("UNAVAILABLE", `room "${room}" has changed meanwhile; try again`);
}

/** @throws RangeError where the cursor is after the last record */
export function checkCursor(room: RoomName, cursor: Cursor, head: Head): void {
  if (cursor.seq <= head.seq && cursor.epoch <= head.epoch) return;
  throw new RangeError(`room "${room}" has no record at the cursor of this snapshot`);
}
