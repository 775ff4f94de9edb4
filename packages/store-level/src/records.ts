import { crc32 } from "node:zlib";
import { asBuffer, readUint64, writeUint64 } from "./bytes.js";
import type { PackedSnapshot } from "./snapshot-encoding.js";

/*
 * Values (FORMAT.md). Each ends with a CRC-32 of its key and its content, and a version. LevelDB's
 * own checksums are not checked when it reads (see `leveldb/table-file.ts`), and do not tell a whole
 * record from one that moved under another key.
 */

const TRAILER = 5;
/** Not zero, so that a sector of zeros is never mistaken for the end of a record. */
const VERSION = 1;
const UINT64 = 8;
const UINT32 = 4;

/** How a room must look like: everything but the data itself. */
export interface Head {
  /** The highest epoch that has written. */
  readonly fence: number;
  /** Of the last journal record. */
  readonly epoch: number;
  readonly seq: number;
  /** The last record that the snapshot holds; 0 where there is no snapshot. */
  readonly snapshotSeq: number;
  /** Of the snapshot as it was handed in. */
  readonly snapshotBytes: number;
  /** Bytes of the updates after the snapshot. */
  readonly tailBytes: number;
  /** Milliseconds since the epoch of the last append. */
  readonly updatedAt: number;
}

/** One room's part of one commit. */
export interface JournalRecord {
  readonly epoch: number;
  readonly updates: readonly Uint8Array[];
}

export interface QuarantineRecord {
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly reason: string;
}

/** The keys `after < key < before` under which heads may be missing or old. */
export interface AuditRecord {
  readonly after: Uint8Array;
  readonly before: Uint8Array;
}

export function encodeHead(key: Buffer, head: Head): Buffer {
  const value = Buffer.allocUnsafe(7 * UINT64 + TRAILER);
  writeUint64(value, head.fence, 0);
  writeUint64(value, head.epoch, UINT64);
  writeUint64(value, head.seq, 2 * UINT64);
  writeUint64(value, head.snapshotSeq, 3 * UINT64);
  writeUint64(value, head.snapshotBytes, 4 * UINT64);
  writeUint64(value, head.tailBytes, 5 * UINT64);
  writeUint64(value, head.updatedAt, 6 * UINT64);
  return seal(key, value);
}

/** Null where the record is altered; so for every `decode` here. */
export function decodeHead(key: Uint8Array, value: Uint8Array): Head | null {
  const content = unseal(key, value);
  if (content?.length !== 7 * UINT64) return null;
  return {
    fence: readUint64(content, 0),
    epoch: readUint64(content, UINT64),
    seq: readUint64(content, 2 * UINT64),
    snapshotSeq: readUint64(content, 3 * UINT64),
    snapshotBytes: readUint64(content, 4 * UINT64),
    tailBytes: readUint64(content, 5 * UINT64),
    updatedAt: readUint64(content, 6 * UINT64),
  };
}

export function encodeJournal(key: Buffer, { epoch, updates }: JournalRecord): Buffer {
  let length = UINT64;
  for (const update of updates) length += UINT32 + update.length;
  const value = Buffer.allocUnsafe(length + TRAILER);
  writeUint64(value, epoch, 0);
  let at = UINT64;
  for (const update of updates) {
    at = value.writeUInt32BE(update.length, at);
    value.set(update, at);
    at += update.length;
  }
  return seal(key, value);
}

/** The updates are views of `value`. */
export function decodeJournal(key: Uint8Array, value: Uint8Array): JournalRecord | null {
  const content = unseal(key, value);
  if (!content || content.length < UINT64) return null;
  const updates: Uint8Array[] = [];
  for (let at = UINT64; at < content.length; ) {
    if (content.length - at < UINT32) return null;
    const end = at + UINT32 + content.readUInt32BE(at);
    if (end > content.length) return null;
    updates.push(content.subarray(at + UINT32, end));
    at = end;
  }
  return { epoch: readUint64(content, 0), updates };
}

export function encodeSnapshot(key: Buffer, { header, bytes }: PackedSnapshot): Buffer {
  const value = Buffer.allocUnsafe(header.length + bytes.length + TRAILER);
  value.set(header);
  value.set(bytes, header.length);
  return seal(key, value);
}

/** The packed snapshot, a view of `value`. */
export const decodeSnapshot = (key: Uint8Array, value: Uint8Array): Uint8Array | null =>
  unseal(key, value);

export function encodeQuarantine(key: Buffer, { since, reason }: QuarantineRecord): Buffer {
  const text = Buffer.from(reason);
  const value = Buffer.allocUnsafe(UINT64 + text.length + TRAILER);
  writeUint64(value, since, 0);
  value.set(text, UINT64);
  return seal(key, value);
}

export function decodeQuarantine(key: Uint8Array, value: Uint8Array): QuarantineRecord | null {
  const content = unseal(key, value);
  if (!content || content.length < UINT64) return null;
  return { since: readUint64(content, 0), reason: content.toString("utf8", UINT64) };
}

export function encodeAudit(key: Buffer, { after, before }: AuditRecord): Buffer {
  const value = Buffer.allocUnsafe(UINT32 + after.length + before.length + TRAILER);
  value.writeUInt32BE(after.length, 0);
  value.set(after, UINT32);
  value.set(before, UINT32 + after.length);
  return seal(key, value);
}

export function decodeAudit(key: Uint8Array, value: Uint8Array): AuditRecord | null {
  const content = unseal(key, value);
  if (!content || content.length < UINT32) return null;
  const split = UINT32 + content.readUInt32BE(0);
  return { after: content.subarray(UINT32, split), before: content.subarray(split) };
}

/** Whether a value is whole and under its own key. */
export const isSealed = (key: Uint8Array, value: Uint8Array): boolean =>
  unseal(key, value) !== null;

/** Writes the trailer into the last bytes of `value`. */
function seal(key: Buffer, value: Buffer): Buffer {
  const end = value.length - TRAILER;
  value.writeUInt32BE(crc32(value.subarray(0, end), crc32(key)), end);
  value[end + 4] = VERSION;
  return value;
}

function unseal(key: Uint8Array, value: Uint8Array): Buffer | null {
  const bytes = asBuffer(value);
  const end = bytes.length - TRAILER;
  if (end < 0 || bytes[end + 4] !== VERSION) return null;
  const content = bytes.subarray(0, end);
  return bytes.readUInt32BE(end) === crc32(content, crc32(key)) ? content : null;
}
