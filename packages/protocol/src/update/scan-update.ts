import { WireLimits } from "../limits.js";
import { MalformedError } from "../malformed.js";
import { Reader } from "../reader.js";
import { finish, type Steps } from "../steps.js";
import { StructReader, skipStruct } from "./struct.js";

/** The structs of one client in an update: clocks `clock` to `end`, exclusive. */
export interface UpdateSection {
  readonly client: number;
  readonly clock: number;
  readonly end: number;
  /** Where the first gap starts (a merge leaves them open for what it lacks), else `end`. */
  readonly gap: number;
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
  /** How many shared types it creates: the one content that can nest, and hundreds of bytes each. */
  readonly types: number;
  /** How many subdocuments it creates: thousands of bytes of memory each. */
  readonly subdocuments: number;
  /** The root types that it names. Yjs never forgets one, and searches all to encode a struct. */
  readonly roots: ReadonlySet<string>;
}

/**
 * The structural check of a V1 update, before Yjs sees it: everything that Yjs would read, read
 * once, with bounds. It proves that decoding terminates, allocates no more than the bytes warrant
 * and leaves nothing over; whether the update *applies* only Yjs can tell.
 *
 * Format: github.com/yjs/yjs, `src/utils/encoding.js`, `src/structs/*.js`, V1 encoders.
 * @throws MalformedError
 */
export const scanUpdate = (update: Uint8Array): UpdateScan => finish(scanning(update));

/** Bytes between two places where a scan may be left: one or two milliseconds. */
const STEP_BYTES = 128 * 1024;

/** `scanUpdate` for what is long. @throws MalformedError */
export function* scanning(update: Uint8Array): Steps<UpdateScan> {
  const reader = new StructReader(update);
  let pauseAt = STEP_BYTES;
  const sections: UpdateSection[] = [];
  const sectionCount = countOfSections(reader);
  const clients = sectionCount > 1 ? new Set<number>() : null;
  for (let i = 0; i < sectionCount; i++) {
    const structs = reader.varUint();
    const client = reader.varUint();
    const clock = reader.varUint();
    if (structs === 0) throw new MalformedError("a client without structs");
    if (structs > reader.remaining / 2) throw new MalformedError("more structs than bytes");
    if (clients) {
      if (clients.has(client)) throw new MalformedError("a client twice");
      clients.add(client);
    }
    const { position: offset, gaps } = reader;
    let end = clock;
    let gap = clock;
    for (let j = 0; j < structs; j++) {
      end += skipStruct(reader, client, end);
      if (end > WireLimits.clock) throw new MalformedError("clock out of range");
      if (reader.gaps === gaps) gap = end;
      if (reader.position < pauseAt) continue;
      yield;
      pauseAt = reader.position + STEP_BYTES;
    }
    sections.push({ client, clock, end, gap, structs, offset });
  }

  const deleteSetOffset = reader.position;
  let deletes = false;
  for (let left = countOfDeletingClients(reader); left > 0; left--) {
    reader.varUint();
    const ranges = reader.varUint();
    if (ranges > reader.remaining / 2) throw new MalformedError("more delete ranges than bytes");
    for (let j = 0; j < ranges; j++) {
      skipDeleteRange(reader);
      if (reader.position < pauseAt) continue;
      yield;
      pauseAt = reader.position + STEP_BYTES;
    }
    deletes ||= ranges > 0;
  }
  reader.end();
  const { types, subdocuments, roots } = reader;
  return { sections, deleteSetOffset, deletes, types, subdocuments, roots };
}

/**
 * Whose struct an update begins with, and at which clock; null where it has deletes alone.
 * @throws MalformedError
 */
export function firstStruct(update: Uint8Array): Pick<UpdateSection, "client" | "clock"> | null {
  const reader = new Reader(update);
  if (countOfSections(reader) === 0) return null;
  reader.varUint();
  return { client: reader.varUint(), clock: reader.varUint() };
}

/** A section takes at least four bytes: number of structs, client, clock, and a struct. */
function countOfSections(reader: Reader): number {
  const count = reader.varUint();
  if (count > reader.remaining / 4) throw new MalformedError("more clients than bytes");
  return count;
}

/** A client takes at least two bytes: its id and its number of ranges. */
function countOfDeletingClients(reader: Reader): number {
  const count = reader.varUint();
  if (count > reader.remaining / 2) throw new MalformedError("more clients than bytes");
  return count;
}

function skipDeleteRange(reader: Reader): void {
  const clock = reader.varUint();
  const length = reader.varUint();
  if (length === 0) throw new MalformedError("empty delete range");
  if (clock + length > WireLimits.clock) throw new MalformedError("clock out of range");
}

/** An update without structs and deletes: what a client sends that has nothing to give. */
export const isEmptyScan = (scan: UpdateScan): boolean =>
  scan.sections.length === 0 && !scan.deletes;
