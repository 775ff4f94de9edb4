import { MalformedError, Reader } from "@homeroom/protocol";
import * as encoding from "lib0/encoding";
import {
  type BlockEntry,
  findBlockEnd,
  type Gap,
  readBlock,
  salvageBlock,
  writeBlock,
} from "./block.js";
import { maskedCrc32c } from "./crc32c.js";
import { compareInternalKeys, parseInternalKey, userKey } from "./internal-key.js";
import type { EntryCheck } from "./write-batch.js";

/*
 * LevelDB's table (doc/table_format.md): blocks, each followed by a compression type (1 byte) and
 * the masked CRC-32C of both (4); data blocks, a bloom filter, a metaindex that names the filter, an
 * index of the data blocks; and a footer of 48 bytes that says where metaindex and index are.
 *
 * LevelDB as it is built for Node never checks these checksums, and asserts what they would have
 * told: an altered table can end the process. So tables are checked before LevelDB opens them.
 */

const TRAILER = 5;
const FOOTER = 48;
const MAGIC = Buffer.from("57fb808b247547db", "hex");
const UNCOMPRESSED = 0;

/** A stretch of a table, in bytes. */
interface Handle {
  readonly offset: number;
  readonly length: number;
}

interface Footer {
  readonly metaindex: Handle;
  readonly index: Handle;
}

/** What is known of a table from elsewhere: its length, and the keys between which it lies. */
export interface TableBounds {
  /** LevelDB looks for the footer before this offset; a mended table goes on after it. */
  readonly length: number;
  /** Internal keys; null where nobody knows. */
  readonly smallest: Uint8Array | null;
  readonly largest: Uint8Array | null;
}

/** User keys `after < key <= before` of which entries are missing; null is the end of all keys. */
export interface LostRange {
  readonly after: Uint8Array | null;
  readonly before: Uint8Array | null;
  readonly entries: number;
}

export interface MendedTable {
  readonly file: Buffer;
  readonly lost: readonly LostRange[];
}

/** Whether every block passes its checksum. */
export function isTableIntact(file: Buffer, length: number): boolean {
  try {
    const footer = readFooter(file, length);
    const parts = [footer.metaindex, footer.index];
    if (parts.some((part) => !isIntact(file, part))) return false;
    for (const part of parts) {
      for (const { value } of readIndex(file, part)) {
        if (!isIntact(file, readHandle(new Reader(value)))) return false;
      }
    }
    return true;
  } catch (error) {
    if (error instanceof MalformedError) return false;
    throw error;
  }
}

/**
 * A table of what `check` vouches for. What is intact stays where it is; mended blocks and a new
 * index are added behind the old end, and the footer points there. The filter is dropped: LevelDB
 * does without.
 */
export function mendTable(file: Buffer, bounds: TableBounds, check: EntryCheck): MendedTable {
  const found = blocksByIndex(file, bounds) ?? blocksByWalking(file, bounds);
  const base = Buffer.alloc(Math.max(file.length, bounds.length));
  base.set(file);
  const added: Uint8Array[] = [];
  let end = base.length;
  const add = (content: Uint8Array): Handle => {
    const block = sealBlock(content);
    added.push(block);
    end += block.length;
    return { offset: end - block.length, length: content.length };
  };

  const lost: LostRange[] = [...found.lost];
  const index: BlockEntry[] = [];
  for (const [position, { separator, handle }] of found.blocks.entries()) {
    if (isIntact(file, handle)) {
      index.push({ key: separator, value: encodeHandle(handle) });
      continue;
    }
    const content = file.subarray(handle.offset, handle.offset + handle.length);
    const salvaged = salvageBlock(content, ({ key, value }, framed) => {
      const internal = parseInternalKey(key);
      if (!internal) return false;
      if (internal.kind === "value") return check({ key: internal.user, value });
      return framed && check({ key: internal.user, value: null });
    });
    const entries = ascending(salvaged.entries);
    if (entries.length > 0) {
      index.push({ key: separator, value: encodeHandle(add(writeBlock(entries))) });
    }
    const previous = found.blocks[position - 1]?.separator ?? bounds.smallest;
    lost.push(...salvaged.gaps.flatMap((gap) => lostRange(gap, previous, separator)));
  }
  const metaindex = add(writeBlock([]));
  const footer = encodeFooter({ metaindex, index: add(writeBlock(index)) });
  base.set(footer, bounds.length - FOOTER);
  // Once more at the very end, for whoever looks there.
  return { file: Buffer.concat([base, ...added, footer]), lost };
}

/** Old versions of one key may be missing between newer and older ones: nothing is lost by that. */
function lostRange(gap: Gap, previous: Uint8Array | null, separator: Uint8Array): LostRange[] {
  const after = gap.after ?? previous;
  const before = gap.before ?? separator;
  if (gap.after && gap.before && Buffer.compare(userKey(gap.after), userKey(gap.before)) === 0) {
    return [];
  }
  return [{ after: after && userKey(after), before: userKey(before), entries: gap.entries }];
}

interface FoundBlock {
  /** Not before the block's last key, and before the next block's first. */
  readonly separator: Uint8Array;
  readonly handle: Handle;
}

interface FoundBlocks {
  readonly blocks: readonly FoundBlock[];
  readonly lost: readonly LostRange[];
}

function blocksByIndex(file: Buffer, { length }: TableBounds): FoundBlocks | null {
  try {
    const { index } = readFooter(file, length);
    if (!isIntact(file, index)) return null;
    const blocks = readIndex(file, index).map(({ key, value }) => ({
      separator: key,
      handle: readHandle(new Reader(value)),
    }));
    return { blocks, lost: [] };
  } catch (error) {
    if (error instanceof MalformedError) return null;
    throw error;
  }
}

/** Data blocks follow each other from the start of the file; only intact ones can be told apart. */
function blocksByWalking(file: Buffer, { largest }: TableBounds): FoundBlocks {
  const blocks: FoundBlock[] = [];
  for (let offset = 0; ; ) {
    const end = findBlockEnd(file, offset);
    const handle = { offset, length: (end ?? offset) - offset };
    const last = end !== null && isIntact(file, handle) ? lastKey(file, handle) : null;
    if (end === null || !last) break;
    blocks.push({ separator: last, handle });
    offset = end + TRAILER;
  }
  const reached = blocks.at(-1)?.separator ?? null;
  if (reached && largest && Buffer.compare(reached, largest) === 0) return { blocks, lost: [] };
  const after = reached && userKey(reached);
  const before = largest && userKey(largest);
  return { blocks, lost: [{ after, before, entries: Number.POSITIVE_INFINITY }] };
}

function lastKey(file: Buffer, handle: Handle): Uint8Array | null {
  const key = readIndex(file, handle).at(-1)?.key;
  return key && parseInternalKey(key) ? key : null;
}

/** Without the entries that are out of order; a deletion, which proves nothing, goes first. */
function ascending(entries: readonly BlockEntry[]): readonly BlockEntry[] {
  const kept: BlockEntry[] = [];
  for (const entry of entries) {
    for (;;) {
      const last = kept.at(-1);
      if (!last || compareInternalKeys(last.key, entry.key) < 0) {
        kept.push(entry);
        break;
      }
      if (parseInternalKey(last.key)?.kind !== "deletion") break;
      kept.pop();
    }
  }
  return kept;
}

function isIntact(file: Buffer, { offset, length }: Handle): boolean {
  const end = offset + length + 1;
  if (end + 4 > file.length) return false;
  return maskedCrc32c(file, offset, end) === file.readUInt32LE(end);
}

/** The entries of an intact block; none where it is compressed, as no block of ours is. */
function readIndex(file: Buffer, { offset, length }: Handle): readonly BlockEntry[] {
  if (file[offset + length] !== UNCOMPRESSED) return [];
  return readBlock(file.subarray(offset, offset + length));
}

function sealBlock(content: Uint8Array): Buffer {
  const block = Buffer.alloc(content.length + TRAILER);
  block.set(content);
  block[content.length] = UNCOMPRESSED;
  block.writeUInt32LE(maskedCrc32c(block, 0, content.length + 1), content.length + 1);
  return block;
}

/** @throws MalformedError */
function readFooter(file: Buffer, length: number): Footer {
  if (length < FOOTER || file.length < length) throw new MalformedError("the table is cut short");
  const footer = file.subarray(length - FOOTER, length);
  if (!footer.subarray(-MAGIC.length).equals(MAGIC)) throw new MalformedError("not a table");
  const reader = new Reader(footer);
  return { metaindex: readHandle(reader), index: readHandle(reader) };
}

function encodeFooter({ metaindex, index }: Footer): Buffer {
  const footer = Buffer.alloc(FOOTER);
  footer.set(Buffer.concat([encodeHandle(metaindex), encodeHandle(index)]));
  footer.set(MAGIC, FOOTER - MAGIC.length);
  return footer;
}

function readHandle(reader: Reader): Handle {
  return { offset: reader.varUint(), length: reader.varUint() };
}

function encodeHandle({ offset, length }: Handle): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, offset);
  encoding.writeVarUint(encoder, length);
  return encoding.toUint8Array(encoder);
}
