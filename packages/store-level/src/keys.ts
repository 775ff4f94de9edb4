import { isUtf8 } from "node:buffer";
import type { RoomName } from "@homeroom/protocol";
import { asBuffer, readUint64, writeUint64 } from "./bytes.js";

/*
 * Keys (FORMAT.md). The kind comes first, so that what says how a room must look like (its head)
 * lies apart from the room's data: one damaged block does not take both. Room names hold no control
 * characters, so a zero ends them, and byte order is the order of the names.
 */

const Kind = { audit: 0x61, head: 0x68, journal: 0x6a, quarantine: 0x71, snapshot: 0x73 } as const;

const END_OF_NAME = 0;
const SEQ = 8;

export type Key =
  | { readonly kind: "head" | "quarantine"; readonly room: RoomName }
  | { readonly kind: "journal" | "snapshot"; readonly room: RoomName; readonly seq: number }
  | { readonly kind: "audit" };

/** Keys `gte <= key < lt`. */
export interface KeyRange {
  readonly gte: Buffer;
  readonly lt: Buffer;
}

export const headKey = (room: RoomName): Buffer => nameKey(Kind.head, room);
export const quarantineKey = (room: RoomName): Buffer => nameKey(Kind.quarantine, room);

export const journalKey = (room: RoomName, seq: number): Buffer =>
  recordKey(Kind.journal, room, seq);
export const snapshotKey = (room: RoomName, seq: number): Buffer =>
  recordKey(Kind.snapshot, room, seq);

export const auditKey = (id: Uint8Array): Buffer => Buffer.concat([Buffer.of(Kind.audit), id]);

export const mergeKey: Buffer = auditKey(Buffer.from("merge"));

export const auditKeys: KeyRange = kindRange(Kind.audit);
export const journalKeys: KeyRange = kindRange(Kind.journal);
export const quarantineKeys: KeyRange = kindRange(Kind.quarantine);
export const snapshotKeys: KeyRange = kindRange(Kind.snapshot);

/** The heads of the rooms whose names begin with `prefix`. */
export function headKeys(prefix = ""): KeyRange {
  const gte = Buffer.concat([Buffer.of(Kind.head), Buffer.from(prefix)]);
  // No byte of UTF-8 is 0xff.
  return { gte, lt: Buffer.concat([gte, Buffer.of(0xff)]) };
}

/** The journal records of a room after `seq`, and whatever is behind them. */
export const journalKeysAfter = (room: RoomName, seq: number): KeyRange => ({
  gte: journalKey(room, seq + 1),
  lt: endOfRecords(Kind.journal, room),
});

export const journalKeysOf = (room: RoomName): KeyRange => journalKeysAfter(room, -1);

export const snapshotKeysOf = (room: RoomName): KeyRange => ({
  gte: snapshotKey(room, 0),
  lt: endOfRecords(Kind.snapshot, room),
});

/** Null where the bytes are no key of ours. */
export function parseKey(key: Uint8Array): Key | null {
  switch (key[0]) {
    case Kind.audit:
      return { kind: "audit" };
    case Kind.head:
      return parseNameKey("head", key);
    case Kind.quarantine:
      return parseNameKey("quarantine", key);
    case Kind.journal:
      return parseRecordKey("journal", key);
    case Kind.snapshot:
      return parseRecordKey("snapshot", key);
    default:
      return null;
  }
}

function parseNameKey(kind: "head" | "quarantine", key: Uint8Array): Key | null {
  const room = parseName(key.subarray(1));
  return room && { kind, room };
}

function parseRecordKey(kind: "journal" | "snapshot", key: Uint8Array): Key | null {
  const at = key.length - SEQ;
  if (key[at - 1] !== END_OF_NAME) return null;
  const room = parseName(key.subarray(1, at - 1));
  return room && { kind, room, seq: readUint64(asBuffer(key), at) };
}

/** Names were checked before they were written; this one tells them from bytes that are altered. */
function parseName(bytes: Uint8Array): RoomName | null {
  if (bytes.length === 0 || !isUtf8(bytes) || bytes.some((byte) => byte < 0x20)) return null;
  return asBuffer(bytes).toString("utf8") as RoomName;
}

function nameKey(kind: number, room: RoomName): Buffer {
  const key = Buffer.allocUnsafe(1 + Buffer.byteLength(room));
  key[0] = kind;
  key.write(room, 1);
  return key;
}

function recordKey(kind: number, room: RoomName, seq: number): Buffer {
  const nameEnd = 1 + Buffer.byteLength(room);
  const key = Buffer.allocUnsafe(nameEnd + 1 + SEQ);
  key[0] = kind;
  key.write(room, 1);
  key[nameEnd] = END_OF_NAME;
  writeUint64(key, seq, nameEnd + 1);
  return key;
}

function endOfRecords(kind: number, room: RoomName): Buffer {
  return Buffer.concat([nameKey(kind, room), Buffer.of(END_OF_NAME + 1)]);
}

function kindRange(kind: number): KeyRange {
  return { gte: Buffer.of(kind), lt: Buffer.of(kind + 1) };
}
