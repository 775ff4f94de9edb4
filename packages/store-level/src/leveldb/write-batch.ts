import { MalformedError, Reader } from "@homeroom/protocol";
import * as encoding from "lib0/encoding";

/*
 * LevelDB's write batch, the payload of each record of a write-ahead log (`db/write_batch.cc`):
 * sequence number of the first entry (8 bytes), number of entries (4), then per entry a tag, the
 * key and, unless the tag says deletion, the value; both with a varint length before them.
 */

const HEADER = 12;
const DELETION = 0;
const VALUE = 1;

/** A value of null is a deletion. */
export interface BatchEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
}

export interface Batch {
  /** Of the first entry; each further one has the next. */
  readonly sequence: number;
  readonly entries: readonly BatchEntry[];
}

/** Whether an entry is as it was written, as far as its content tells. */
export type EntryCheck = (entry: BatchEntry) => boolean;

export interface SalvagedBatch {
  readonly entries: readonly BatchEntry[];
  /** Entries that are missing, as far as can be told. */
  readonly lost: number;
  /** Keys of altered entries; altered themselves, perhaps. */
  readonly lostKeys: readonly Uint8Array[];
}

export function encodeBatch({ sequence, entries }: Batch): Buffer {
  const encoder = encoding.createEncoder();
  encoding.writeUint32(encoder, sequence >>> 0);
  encoding.writeUint32(encoder, Math.floor(sequence / 2 ** 32));
  encoding.writeUint32(encoder, entries.length);
  for (const { key, value } of entries) {
    encoding.writeUint8(encoder, value ? VALUE : DELETION);
    encoding.writeVarUint8Array(encoder, key);
    if (value) encoding.writeVarUint8Array(encoder, value);
  }
  return Buffer.from(encoding.toUint8Array(encoder));
}

/** The sequence numbers that an intact batch used: its first, and the one after its last. */
export function sequencesOf(payload: Buffer): { readonly first: number; readonly end: number } {
  const first = payload.readUInt32LE(0) + payload.readUInt32LE(4) * 2 ** 32;
  return { first, end: first + payload.readUInt32LE(8) };
}

/**
 * Whether a batch of which the end is missing, or zeros, may begin with this sequence number:
 * otherwise its beginning is altered as well.
 */
export function mayBegin(payload: Buffer, sequence: number): boolean {
  const expected = Buffer.alloc(8);
  expected.writeUInt32LE(sequence >>> 0, 0);
  expected.writeUInt32LE(Math.floor(sequence / 2 ** 32), 4);
  return expected.every((byte, at) => [undefined, 0, byte].includes(payload[at]));
}

/**
 * The entries of an altered batch that are intact. Where the framing itself is lost it is found
 * again at the next value that passes `check`; a deletion, which cannot prove itself, is believed
 * only where the framing holds.
 */
export function salvageBatch(payload: Buffer, check: EntryCheck): SalvagedBatch {
  const entries: BatchEntry[] = [];
  const lostKeys: Uint8Array[] = [];
  let gaps = 0;
  for (let at = HEADER; at < payload.length; ) {
    const found = entryAt(payload, at);
    if (found && check(found.entry)) {
      entries.push(found.entry);
      at = found.end;
      continue;
    }
    gaps++;
    if (found) lostKeys.push(found.entry.key);
    const framed = found && (found.end === payload.length || isIntactAt(payload, found.end, check));
    at = framed ? found.end : nextIntactValue(payload, at + 1, check);
  }
  const claimed = payload.length >= HEADER ? payload.readUInt32LE(8) - entries.length : 0;
  const believable = claimed >= gaps && claimed < payload.length;
  return { entries, lost: gaps > 0 && believable ? claimed : gaps, lostKeys };
}

function isIntactAt(payload: Uint8Array, at: number, check: EntryCheck): boolean {
  const found = entryAt(payload, at);
  return found !== null && check(found.entry);
}

function nextIntactValue(payload: Uint8Array, from: number, check: EntryCheck): number {
  for (let at = from; at < payload.length; at++) {
    if (payload[at] !== VALUE) continue;
    if (isIntactAt(payload, at, check)) return at;
  }
  return payload.length;
}

function entryAt(
  payload: Uint8Array,
  at: number,
): { readonly entry: BatchEntry; readonly end: number } | null {
  const tag = payload[at];
  if (tag !== VALUE && tag !== DELETION) return null;
  const reader = new Reader(payload);
  reader.position = at + 1;
  try {
    const key = reader.varBytes();
    const value = tag === VALUE ? reader.varBytes() : null;
    return { entry: { key, value }, end: reader.position };
  } catch (error) {
    if (error instanceof MalformedError) return null;
    throw error;
  }
}
