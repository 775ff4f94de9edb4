import type { RoomName } from "@homeroom/protocol";
import type { ListRooms, StoredRoom, StoredRoomSummary } from "@homeroom/room";
import { codeOf } from "./errors.js";
import {
  headKey,
  headKeys,
  journalKeysAfter,
  journalKeysOf,
  parseKey,
  snapshotKey,
  snapshotKeysOf,
} from "./keys.js";
import type { Level } from "./level.js";
import { decodeHead, decodeJournal, decodeSnapshot, type Head } from "./records.js";
import { unpackSnapshot } from "./snapshot-encoding.js";

type Snapshot = ReturnType<Level["snapshot"]>;

/** For records, which are read once: what LevelDB's cache has room for is heads and indexes. */
const UNCACHED = { fillCache: false, highWaterMarkBytes: 1024 * 1024 } as const;

/** What is stored of a room is not what was written. The message says what is wrong. */
export class DamageError extends Error {
  readonly room: RoomName;

  constructor(room: RoomName, message: string, options?: ErrorOptions) {
    super(message, options);
    this.room = room;
  }
}

/** What is readable of a damaged room. */
export interface SalvagedRoom {
  readonly snapshot: Uint8Array | null;
  /** What is readable of the journal, oldest first; some may be in the snapshot already. */
  readonly updates: readonly Uint8Array[];
}

/** @throws DamageError */
export async function readRoom(level: Level, room: RoomName): Promise<StoredRoom> {
  const snapshot = level.snapshot();
  try {
    return await readAt(level, room, snapshot);
  } catch (error) {
    if (codeOf(error) !== "LEVEL_CORRUPTION") throw error;
    throw new DamageError(room, "LevelDB cannot read it", { cause: error });
  } finally {
    await snapshot.close();
  }
}

async function readAt(level: Level, room: RoomName, at: Snapshot): Promise<StoredRoom> {
  const head = await readHead(level, room, at);
  if (!head) {
    if (await hasData(level, room, at)) throw new DamageError(room, "its head is missing");
    return { snapshot: null, tail: [], cursor: null };
  }
  const snapshot = head.snapshotSeq === 0 ? null : await readSnapshot(level, room, head, at);
  const tail: Uint8Array[] = [];
  let tailBytes = 0;
  let seq = head.snapshotSeq;
  const range = { ...journalKeysAfter(room, seq), ...UNCACHED, snapshot: at };
  for await (const [key, value] of level.iterator(range)) {
    const parsed = parseKey(key);
    if (parsed?.kind !== "journal" || parsed.seq !== seq + 1) break;
    seq++;
    const record = decodeJournal(key, value);
    if (!record) throw new DamageError(room, `journal record ${seq} is altered`);
    for (const update of record.updates) {
      tail.push(update);
      tailBytes += update.length;
    }
    if (seq > head.seq) throw new DamageError(room, "its head is an old one");
  }
  if (seq < head.seq) throw new DamageError(room, `journal record ${seq + 1} is missing`);
  // A key is written again where a copy takes the place of a room, or a room begins again.
  if (tailBytes !== head.tailBytes) throw new DamageError(room, "a journal record is an old one");
  return { snapshot, tail, cursor: { epoch: head.epoch, seq: head.seq } };
}

/** Null where the room is absent. @throws DamageError */
export async function readHead(
  level: Level,
  room: RoomName,
  snapshot?: Snapshot,
): Promise<Head | null> {
  const key = headKey(room);
  const value = await level.get(key, { ...(snapshot && { snapshot }) });
  if (!value) return null;
  const head = decodeHead(key, value);
  if (!head) throw new DamageError(room, "its head is altered");
  return head;
}

async function readSnapshot(
  level: Level,
  room: RoomName,
  { snapshotSeq, snapshotBytes }: Head,
  at: Snapshot,
): Promise<Uint8Array> {
  const key = snapshotKey(room, snapshotSeq);
  const value = await level.get(key, { snapshot: at, fillCache: false });
  if (!value) throw new DamageError(room, `snapshot ${snapshotSeq} is missing`);
  const bytes = await snapshotIn(key, value);
  if (!bytes) throw new DamageError(room, `snapshot ${snapshotSeq} is altered`);
  if (bytes.length !== snapshotBytes) throw new DamageError(room, "its snapshot is an old one");
  return bytes;
}

async function snapshotIn(key: Buffer, value: Buffer): Promise<Uint8Array | null> {
  const packed = decodeSnapshot(key, value);
  return packed && (await unpackSnapshot(packed));
}

async function hasData(level: Level, room: RoomName, snapshot: Snapshot): Promise<boolean> {
  for (const range of [journalKeysOf(room), snapshotKeysOf(room)]) {
    const keys = await level.keys({ ...range, snapshot, limit: 1 }).all();
    if (keys.length > 0) return true;
  }
  return false;
}

/** Bytes of the updates after `seq`. @throws DamageError */
export async function tailBytesAfter(level: Level, room: RoomName, seq: number): Promise<number> {
  let bytes = 0;
  for await (const [key, value] of level.iterator({
    ...journalKeysAfter(room, seq),
    ...UNCACHED,
  })) {
    const record = decodeJournal(key, value);
    if (!record) throw new DamageError(room, "a journal record is altered");
    for (const update of record.updates) bytes += update.length;
  }
  return bytes;
}

/** The keys of all that a room's head speaks of, and of whatever else there is. */
export async function recordKeys(level: Level, room: RoomName): Promise<readonly Buffer[]> {
  return [
    ...(await level.keys(journalKeysOf(room)).all()),
    ...(await level.keys(snapshotKeysOf(room)).all()),
  ];
}

/** Every record of a room that proves itself, whatever is missing. */
export async function salvageRoom(level: Level, room: RoomName): Promise<SalvagedRoom> {
  let snapshot: Uint8Array | null = null;
  const updates: Uint8Array[] = [];
  for await (const [key, value] of level.iterator(snapshotKeysOf(room))) {
    snapshot = (await snapshotIn(key, value)) ?? snapshot;
  }
  for await (const [key, value] of level.iterator(journalKeysOf(room))) {
    updates.push(...(decodeJournal(key, value)?.updates ?? []));
  }
  return { snapshot, updates };
}

/** Rooms with an altered head are left out, and told to `onDamage`. */
export async function listRooms(
  level: Level,
  { prefix, after, limit }: ListRooms,
  onDamage: (error: DamageError) => void,
): Promise<readonly StoredRoomSummary[]> {
  const range = headKeys(prefix);
  const last = after === null ? null : headKey(after);
  const start = last && Buffer.compare(last, range.gte) >= 0 ? { gt: last } : { gte: range.gte };
  const summaries: StoredRoomSummary[] = [];
  if (limit < 1 || (last && Buffer.compare(last, range.lt) >= 0)) return summaries;
  for await (const [key, value] of level.iterator({ ...start, lt: range.lt })) {
    const parsed = parseKey(key);
    if (parsed?.kind !== "head") continue;
    const head = decodeHead(key, value);
    if (!head) onDamage(new DamageError(parsed.room, "its head is altered"));
    else if (summaries.push(summarize(parsed.room, head)) === limit) break;
  }
  return summaries;
}

export function summarize(room: RoomName, head: Head): StoredRoomSummary {
  return {
    room,
    cursor: { epoch: head.epoch, seq: head.seq },
    bytes: head.snapshotBytes + head.tailBytes,
    updatedAt: head.updatedAt,
  };
}
