import { MalformedError, Reader } from "@homeroom/protocol";
import * as encoding from "lib0/encoding";

/*
 * LevelDB's block (`table/block_builder.cc`): entries of shared key length, further key length,
 * value length (varints), key and value; then the offsets of the entries that share nothing
 * (4 bytes each) and their number (4). Our own tables are written with a restart interval of 1:
 * each entry holds its whole key and has its offset listed, so an altered byte costs one entry.
 */

export interface BlockEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

interface Placed {
  readonly entry: BlockEntry;
  readonly end: number;
}

/** Where entries of a block are missing, by the keys around them; null where the block ends. */
export interface Gap {
  readonly after: Uint8Array | null;
  readonly before: Uint8Array | null;
  /** Entries that are missing, as far as can be told. */
  readonly entries: number;
}

export interface SalvagedBlock {
  readonly entries: readonly BlockEntry[];
  readonly gaps: readonly Gap[];
}

export function writeBlock(entries: readonly BlockEntry[]): Uint8Array {
  const encoder = encoding.createEncoder();
  // An empty block has one restart all the same: LevelDB's reader insists on it.
  const restarts = entries.length === 0 ? [0] : [];
  for (const { key, value } of entries) {
    restarts.push(encoding.length(encoder));
    encoding.writeVarUint(encoder, 0);
    encoding.writeVarUint(encoder, key.length);
    encoding.writeVarUint(encoder, value.length);
    encoding.writeUint8Array(encoder, key);
    encoding.writeUint8Array(encoder, value);
  }
  for (const restart of restarts) encoding.writeUint32(encoder, restart);
  encoding.writeUint32(encoder, restarts.length);
  return encoding.toUint8Array(encoder);
}

/** The entries of an intact block. @throws MalformedError where it is none */
export function readBlock(block: Buffer): readonly BlockEntry[] {
  if (block.length < 4) throw new MalformedError("the block is too short");
  const limit = block.length - 4 - 4 * block.readUInt32LE(block.length - 4);
  if (limit < 0) throw new MalformedError("the block lists more restarts than it has room for");
  const entries: BlockEntry[] = [];
  let key: Uint8Array = new Uint8Array();
  for (let at = 0; at < limit; ) {
    const { entry, end } = readEntry(block, at, limit, key);
    entries.push(entry);
    key = entry.key;
    at = end;
  }
  return entries;
}

/**
 * The entries of an altered block that `check` vouches for. `framed` tells it whether the entry ends
 * where another one begins, by the block's own list of offsets or by the look of that one.
 */
export function salvageBlock(
  block: Buffer,
  check: (entry: BlockEntry, framed: boolean) => boolean,
): SalvagedBlock {
  const offsets = listedOffsets(block);
  const listed = new Set(offsets);
  const limit = block.length - 4;
  const entries: BlockEntry[] = [];
  const gaps: Gap[] = [];
  let missing = 0;
  // The list takes 4 bytes for each entry and 4 for their number. Once an entry is missing nobody
  // knows how many there were, and the list itself has to say where it begins.
  const isEnd = (at: number, count: number) =>
    gaps.length + missing === 0
      ? block.length - at <= 4 * (count + 1)
      : at >= (offsets.at(-1) ?? limit);
  const isBorder = (at: number, count: number) => {
    if (listed.has(at) || isEnd(at, count)) return true;
    const next = wholeEntryAt(block, at, limit);
    return next !== null && check(next.entry, true);
  };
  for (let at = 0; !isEnd(at, entries.length); ) {
    const placed = wholeEntryAt(block, at, limit);
    const framed = placed !== null && isBorder(placed.end, entries.length + 1);
    if (placed && check(placed.entry, framed)) {
      const after = entries.at(-1)?.key ?? null;
      if (missing > 0) gaps.push({ after, before: placed.entry.key, entries: missing });
      missing = 0;
      entries.push(placed.entry);
      at = placed.end;
    } else {
      missing++;
      at = offsets.find((offset) => offset > at) ?? limit;
    }
  }
  if (missing > 0)
    gaps.push({ after: entries.at(-1)?.key ?? null, before: null, entries: missing });
  return { entries, gaps };
}

/** Where the content of a block of whole keys ends whose length nobody knows; null if nowhere. */
export function findBlockEnd(file: Buffer, start: number): number | null {
  const limit = file.length - 4;
  let count = 0;
  for (let at = start; at < limit; count++) {
    const end = at + 4 * (count + 1);
    const listed = count > 0 && end <= file.length && file.readUInt32LE(end - 4) === count;
    if (listed && file.readUInt32LE(at) === 0) return end;
    const placed = wholeEntryAt(file, at, limit);
    if (!placed) return null;
    at = placed.end;
  }
  return null;
}

/** The offsets in the block's list, and the end of its entries; few or none where it is altered. */
function listedOffsets(block: Buffer): readonly number[] {
  const count = block.length < 4 ? 0 : block.readUInt32LE(block.length - 4);
  const end = block.length - 4 - 4 * count;
  if (end < 0) return [];
  const offsets: number[] = [];
  for (let at = end; at < block.length - 4; at += 4) {
    const offset = block.readUInt32LE(at);
    if (offset < end) offsets.push(offset);
  }
  return [...offsets.sort((a, b) => a - b), end];
}

function wholeEntryAt(block: Buffer, at: number, limit: number): Placed | null {
  if (block[at] !== 0) return null;
  try {
    return readEntry(block, at, limit, new Uint8Array());
  } catch (error) {
    if (error instanceof MalformedError) return null;
    throw error;
  }
}

function readEntry(block: Buffer, at: number, limit: number, previous: Uint8Array): Placed {
  const reader = new Reader(block.subarray(0, limit));
  reader.position = at;
  const shared = reader.varUint();
  const further = reader.varUint();
  const length = reader.varUint();
  if (shared > previous.length) throw new MalformedError("the entry shares more than there is");
  const rest = reader.take(further);
  const key = shared === 0 ? rest : Buffer.concat([previous.subarray(0, shared), rest]);
  return { entry: { key, value: reader.take(length) }, end: reader.position };
}
