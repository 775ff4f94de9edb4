import { WireLimits } from "../limits.js";
import { MalformedError } from "../malformed.js";
import { Reader } from "../reader.js";
import { skipContent } from "./content.js";

/** Called for each origin, right origin and parent of a struct. */
export type ReferenceVisitor = (client: number, clock: number) => void;

/** Reads structs, and counts what is special among them. */
export class StructReader extends Reader {
  gaps = 0;
  types = 0;
  subdocuments = 0;
  #roots: Set<string> | null = null;

  get roots(): ReadonlySet<string> {
    return this.#roots ?? NO_ROOTS;
  }

  /** Reads past the name of a root type. */
  root(): void {
    this.#roots ??= new Set();
    this.#roots.add(this.varString());
  }
}

const NO_ROOTS: ReadonlySet<string> = new Set();

const HAS_ORIGIN = 0x80;
const HAS_RIGHT_ORIGIN = 0x40;
const HAS_PARENT_SUB = 0x20;
const CONTENT_REF = 0x1f;
const REF_GC = 0;
const REF_TYPE = 7;
const REF_SUBDOCUMENT = 9;
const REF_SKIP = 10;

/**
 * Reads past a struct of `client` that starts at `clock`.
 * @returns the number of clocks that it takes, at least 1
 * @throws MalformedError
 */
export function skipStruct(
  reader: StructReader,
  client: number,
  clock: number,
  refer?: ReferenceVisitor,
): number {
  const info = reader.byte();
  const ref = info & CONTENT_REF;
  if (ref === REF_GC || ref === REF_SKIP) {
    if (info !== ref) throw new MalformedError("flags on a struct without content");
    if (ref === REF_SKIP) reader.gaps++;
    return notEmpty(reader.varUint());
  }
  if (info & HAS_ORIGIN) skipReference(reader, client, clock, refer);
  if (info & HAS_RIGHT_ORIGIN) skipReference(reader, client, clock, refer);
  if ((info & (HAS_ORIGIN | HAS_RIGHT_ORIGIN)) === 0) {
    const namedRoot = reader.varUint();
    if (namedRoot === 1) reader.root();
    else if (namedRoot === 0) skipReference(reader, client, clock, refer);
    else throw new MalformedError("unknown kind of parent");
    if (info & HAS_PARENT_SUB) reader.varText();
  }
  if (ref === REF_TYPE) reader.types++;
  else if (ref === REF_SUBDOCUMENT) reader.subdocuments++;
  return notEmpty(skipContent(reader, ref));
}

function notEmpty(length: number): number {
  if (length === 0) throw new MalformedError("empty struct");
  return length;
}

/** An origin or a parent: it must have been there before the struct. */
function skipReference(
  reader: Reader,
  client: number,
  clock: number,
  refer: ReferenceVisitor | undefined,
): void {
  const referredClient = reader.varUint();
  const referredClock = reader.varUint();
  if (referredClock >= WireLimits.clock) throw new MalformedError("clock out of range");
  if (referredClient === client && referredClock >= clock) {
    throw new MalformedError("a struct that refers to itself");
  }
  refer?.(referredClient, referredClock);
}
