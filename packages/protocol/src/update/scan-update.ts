import { WireLimits } from "../limits.js";
import { MalformedError } from "../malformed.js";
import { Reader } from "../reader.js";
import { skipContent } from "./content.js";

/** The structs of one client in an update: clocks `clock` to `end`, exclusive. */
export interface UpdateSection {
  readonly client: number;
  readonly clock: number;
  readonly end: number;
  readonly structs: number;
  /** Where its first struct starts in the bytes of the update. */
  readonly offset: number;
}

/** An update that changes nothing. */
export const EMPTY_UPDATE: Uint8Array = new Uint8Array([0, 0]);

/** What an update holds, read without applying it. */
export interface UpdateScan {
  readonly sections: readonly UpdateSection[];
  /** Where the delete set starts, which reaches to the end. */
  readonly deleteSetOffset: number;
  /** Whether the delete set names any range. */
  readonly deletes: boolean;
  /** Whether it creates a shared type, the one content that can nest. */
  readonly types: boolean;
}

/** Called for each struct with its first clock and where its bytes start and end. */
export type StructVisitor = (client: number, clock: number, start: number, end: number) => void;

/**
 * The structural check of a V1 update, before Yjs sees it: everything that Yjs would read, read
 * once, with bounds. It proves that decoding terminates, allocates no more than the bytes warrant
 * and leaves nothing over; whether the update *applies* only Yjs can tell.
 *
 * Format: github.com/yjs/yjs, `src/utils/encoding.js`, `src/structs/*.js`, V1 encoders.
 * @throws MalformedError
 */
export function scanUpdate(update: Uint8Array, visit?: StructVisitor): UpdateScan {
  const reader = new StructReader(update);
  const sections = scanSections(reader, visit);
  const deleteSetOffset = reader.position;
  const deletes = scanDeleteSet(reader);
  reader.end();
  return { sections, deleteSetOffset, deletes, types: reader.types };
}

class StructReader extends Reader {
  types = false;
}

function scanSections(reader: StructReader, visit: StructVisitor | undefined): UpdateSection[] {
  const count = reader.varUint();
  // A section takes at least four bytes: number of structs, client, clock, and a struct.
  if (count > reader.remaining / 4) throw new MalformedError("more clients than bytes");
  const sections: UpdateSection[] = [];
  const clients = count > 1 ? new Set<number>() : null;
  for (let i = 0; i < count; i++) {
    const structs = reader.varUint();
    const client = reader.varUint();
    const clock = reader.varUint();
    if (structs === 0) throw new MalformedError("a client without structs");
    if (structs > reader.remaining / 2) throw new MalformedError("more structs than bytes");
    if (clients) {
      if (clients.has(client)) throw new MalformedError("a client twice");
      clients.add(client);
    }
    const offset = reader.position;
    let end = clock;
    for (let j = 0; j < structs; j++) {
      const start = reader.position;
      const length = skipStruct(reader, client, end);
      visit?.(client, end, start, reader.position);
      end += length;
      if (end > WireLimits.clock) throw new MalformedError("clock out of range");
    }
    sections.push({ client, clock, end, structs, offset });
  }
  return sections;
}

const HAS_ORIGIN = 0x80;
const HAS_RIGHT_ORIGIN = 0x40;
const HAS_PARENT_SUB = 0x20;
const CONTENT_REF = 0x1f;
const REF_GC = 0;
const REF_TYPE = 7;
const REF_SKIP = 10;

/** @returns the number of clocks that the struct takes, at least 1. */
function skipStruct(reader: StructReader, client: number, clock: number): number {
  const info = reader.byte();
  const ref = info & CONTENT_REF;
  if (ref === REF_GC || ref === REF_SKIP) {
    if (info !== ref) throw new MalformedError("flags on a struct without content");
    const length = reader.varUint();
    if (length === 0) throw new MalformedError("empty struct");
    return length;
  }
  if (info & HAS_ORIGIN) skipReference(reader, client, clock);
  if (info & HAS_RIGHT_ORIGIN) skipReference(reader, client, clock);
  if ((info & (HAS_ORIGIN | HAS_RIGHT_ORIGIN)) === 0) {
    const namedRoot = reader.varUint();
    if (namedRoot === 1) reader.varString();
    else if (namedRoot === 0) skipReference(reader, client, clock);
    else throw new MalformedError("unknown kind of parent");
    if (info & HAS_PARENT_SUB) reader.varString();
  }
  if (ref === REF_TYPE) reader.types = true;
  const length = skipContent(reader, ref);
  if (length === 0) throw new MalformedError("empty struct");
  return length;
}

/** An origin or a parent: it must have been there before the struct. */
function skipReference(reader: Reader, client: number, clock: number): void {
  const referredClient = reader.varUint();
  const referredClock = reader.varUint();
  if (referredClock >= WireLimits.clock) throw new MalformedError("clock out of range");
  if (referredClient === client && referredClock >= clock) {
    throw new MalformedError("a struct that refers to itself");
  }
}

function scanDeleteSet(reader: Reader): boolean {
  const count = reader.varUint();
  // A client takes at least two bytes: its id and its number of ranges.
  if (count > reader.remaining / 2) throw new MalformedError("more clients than bytes");
  let deletes = false;
  for (let i = 0; i < count; i++) {
    reader.varUint();
    const ranges = reader.varUint();
    if (ranges > reader.remaining / 2) throw new MalformedError("more delete ranges than bytes");
    for (let j = 0; j < ranges; j++) {
      const clock = reader.varUint();
      const length = reader.varUint();
      if (length === 0) throw new MalformedError("empty delete range");
      if (clock + length > WireLimits.clock) throw new MalformedError("clock out of range");
      deletes = true;
    }
  }
  return deletes;
}

/** An update without structs and deletes: what a client sends that has nothing to give. */
export const isEmptyScan = (scan: UpdateScan): boolean =>
  scan.sections.length === 0 && !scan.deletes;
