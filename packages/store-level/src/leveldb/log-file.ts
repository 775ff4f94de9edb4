import { maskedCrc32c } from "./crc32c.js";

/*
 * LevelDB's log format, of its write-ahead logs and its MANIFEST alike (doc/log_format.md): blocks
 * of 32 KiB that hold fragments, each with a masked CRC-32C of type and payload (4 bytes), the
 * payload's length (2) and a type (1). A record is one full fragment, or a first, any number of
 * middle and a last one.
 *
 * LevelDB's own reader drops a damaged fragment and the rest of its block in silence. This one loses
 * no fragment that is intact, and tells damage from a tail that a crash left.
 */

const BLOCK = 32 * 1024;
const HEADER = 7;
/** Storage loses whole sectors: a tail that never reached the disk reads as zeros from one on. */
const SECTOR = 512;

const Type = { full: 1, first: 2, middle: 3, last: 4 } as const;

export type LogRecord =
  | { readonly state: "intact"; readonly payload: Buffer }
  /** Part of the payload is altered or missing. */
  | { readonly state: "damaged"; readonly payload: Buffer; readonly offset: number }
  /** The end of the file, cut or zeroed as a crash leaves it before a write was synced. */
  | { readonly state: "torn"; readonly payload: Buffer; readonly offset: number };

interface Fragment {
  readonly offset: number;
  readonly payload: Buffer;
  /** Null where the fragment fails its checksum. */
  readonly type: number | null;
  /** Whether a crash in the middle of a write may have left it so. */
  readonly tearable: boolean;
}

/** Every record of a log file, in order; a torn tail comes last. */
export function readLog(file: Buffer): readonly LogRecord[] {
  const records: LogRecord[] = [];
  const fragments = [...readFragments(file)];
  for (let index = 0; index < fragments.length; ) {
    const end = endOfRecord(fragments, index);
    records.push(assemble(fragments.slice(index, end), end === fragments.length));
    index = end;
  }
  return records;
}

/** A log file of these records. */
export function writeLog(payloads: readonly Uint8Array[]): Buffer {
  const parts: Buffer[] = [];
  let position = 0;
  const push = (part: Buffer) => {
    parts.push(part);
    position += part.length;
  };
  for (const payload of payloads) {
    let rest = payload;
    for (let begun = false; ; begun = true) {
      const left = BLOCK - (position % BLOCK);
      if (left < HEADER) push(Buffer.alloc(left));
      const room = BLOCK - (position % BLOCK) - HEADER;
      const part = rest.subarray(0, room);
      rest = rest.subarray(part.length);
      const ends = rest.length === 0;
      push(fragment(typeOf(begun, ends), part));
      if (ends) break;
    }
  }
  return Buffer.concat(parts);
}

function typeOf(begun: boolean, ends: boolean): number {
  if (begun) return ends ? Type.last : Type.middle;
  return ends ? Type.full : Type.first;
}

function fragment(type: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.alloc(HEADER + payload.length);
  bytes.writeUInt16LE(payload.length, 4);
  bytes[6] = type;
  bytes.set(payload, HEADER);
  bytes.writeUInt32LE(maskedCrc32c(bytes, 6, bytes.length), 0);
  return bytes;
}

function* readFragments(file: Buffer): Generator<Fragment> {
  const zeros = startOfTrailingZeros(file);
  for (let at = 0; at < file.length && at < zeros; ) {
    const blockEnd = Math.min(file.length, at - (at % BLOCK) + BLOCK);
    if (blockEnd - at < HEADER) {
      // The filler of a full block; or a header that a crash cut, and nothing of its payload.
      at = blockEnd;
      continue;
    }
    const end = endOfFragment(file, at, blockEnd);
    if (end !== null) {
      yield {
        offset: at,
        payload: file.subarray(at + HEADER, end),
        type: file[at + 6] ?? null,
        tearable: false,
      };
      at = end;
      continue;
    }
    const next = nextFragment(file, at, blockEnd);
    yield {
      offset: at,
      payload: file.subarray(Math.min(at + HEADER, next), next),
      type: null,
      tearable: isCut(file, at, blockEnd) || hasZeroSector(file, at, next, zeros),
    };
    at = next;
  }
}

/** Where the fragment at `at` ends, null where it fails its checksum. */
function endOfFragment(file: Buffer, at: number, blockEnd: number): number | null {
  const type = file[at + 6] ?? 0;
  if (type < Type.full || type > Type.last) return null;
  const end = at + HEADER + file.readUInt16LE(at + 4);
  if (end > blockEnd) return null;
  return maskedCrc32c(file, at + 6, end) === file.readUInt32LE(at) ? end : null;
}

/** Where the next intact fragment of this block begins, or the block ends. */
function nextFragment(file: Buffer, damaged: number, blockEnd: number): number {
  const claimed = damaged + HEADER + file.readUInt16LE(damaged + 4);
  if (claimed <= blockEnd - HEADER && endOfFragment(file, claimed, blockEnd) !== null) {
    return claimed;
  }
  for (let at = damaged + 1; at <= blockEnd - HEADER; at++) {
    if (endOfFragment(file, at, blockEnd) !== null) return at;
  }
  return blockEnd;
}

/** Whether the file ends before the fragment does, and not because its length is altered. */
function isCut(file: Buffer, at: number, blockEnd: number): boolean {
  if (blockEnd < file.length) return false;
  const type = file[at + 6] ?? 0;
  const end = at + HEADER + file.readUInt16LE(at + 4);
  const fits = end <= at - (at % BLOCK) + BLOCK;
  const whole = maskedCrc32c(file, at + 6, file.length) === file.readUInt32LE(at);
  return type >= Type.full && type <= Type.last && end > file.length && fits && !whole;
}

function hasZeroSector(file: Buffer, from: number, to: number, zeros: number): boolean {
  for (let at = Math.ceil(from / SECTOR) * SECTOR; at < to; at += SECTOR) {
    if (at >= zeros || isZero(file, at, Math.min(at + SECTOR, file.length))) return true;
  }
  return false;
}

function startOfTrailingZeros(file: Buffer): number {
  let at = file.length;
  while (at > 0 && file[at - 1] === 0) at--;
  return at;
}

function isZero(file: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (file[at] !== 0) return false;
  return true;
}

/**
 * Where the record that begins at `index` ends. The type of a damaged fragment is not to be
 * trusted: its neighbours say whether it belongs to their record.
 */
function endOfRecord(fragments: readonly Fragment[], index: number): number {
  for (let end = index + 1; ; end++) {
    const last = fragments[end - 1];
    if (last?.type === Type.full || last?.type === Type.last) return end;
    const next = fragments[end];
    if (next === undefined || next.type === Type.full || next.type === Type.first) return end;
  }
}

function assemble(fragments: readonly Fragment[], last: boolean): LogRecord {
  const first = fragments[0];
  const payload =
    first && fragments.length === 1
      ? first.payload
      : Buffer.concat(fragments.map((fragment) => fragment.payload));
  const begun = first?.type === Type.full || first?.type === Type.first;
  const ended = [Type.full, Type.last].some((type) => fragments.at(-1)?.type === type);
  const altered = fragments.filter((fragment) => fragment.type === null);
  if (begun && ended && altered.length === 0) return { state: "intact", payload };
  const cut = begun && altered.length === 0;
  const tearable = cut || (altered.length > 0 && altered.every((fragment) => fragment.tearable));
  return { state: last && tearable ? "torn" : "damaged", payload, offset: first?.offset ?? 0 };
}
