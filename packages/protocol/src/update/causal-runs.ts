import type { UpdateSection } from "./scan-update.js";
import { type ReferenceVisitor, StructReader, skipStruct } from "./struct.js";
import type { StructRun } from "./struct-runs.js";

/**
 * Splits the structs of a checked update into parts of about `maxBytes`, ordered so that none
 * needs a later one. Goes through the clients as Yjs does when it integrates: along one client's
 * structs until one refers to another client's that has not been passed, then along those.
 */
export function* causalRuns(
  update: Uint8Array,
  sections: readonly UpdateSection[],
  maxBytes: number,
): Generator<StructRun[], void, void> {
  const cursors = new Map<number, Cursor>();
  for (const section of sections) cursors.set(section.client, new Cursor(update, section));
  let bytes = 0;
  for (const first of cursors.values()) {
    const stack = [first];
    for (let cursor = stack.at(-1); cursor; cursor = stack.at(-1)) {
      if (cursor.done) {
        stack.pop();
        continue;
      }
      const needed = cursor.needed(cursors);
      // A cycle, which no real update has, is passed as it is found.
      if (needed && !stack.includes(needed)) {
        stack.push(needed);
        continue;
      }
      if (bytes > 0 && bytes + cursor.structBytes > maxBytes) {
        yield takeRuns(cursors);
        bytes = 0;
      }
      bytes += cursor.structBytes;
      cursor.pass();
      if (stack.length > 1) stack.pop();
    }
  }
  if (bytes > 0) yield takeRuns(cursors);
}

function takeRuns(cursors: ReadonlyMap<number, Cursor>): StructRun[] {
  const runs: StructRun[] = [];
  for (const cursor of cursors.values()) {
    const run = cursor.takeRun();
    if (run) runs.push(run);
  }
  return runs;
}

/** A place among the structs of one client. */
class Cursor {
  readonly #client: number;
  readonly #reader: StructReader;
  /** Clock after the last struct. */
  readonly #endClock: number;
  #left: number;
  #clock: number;
  /** The struct here: its first byte, how many clocks it takes, and the others' that it needs. */
  #start: number;
  #length = 0;
  readonly #references: { readonly client: number; readonly clock: number }[] = [];
  #run: { readonly clock: number; readonly start: number; structs: number };
  readonly #refer: ReferenceVisitor = (client, clock) => {
    if (client !== this.#client) this.#references.push({ client, clock });
  };

  constructor(update: Uint8Array, { client, clock, end, structs, offset }: UpdateSection) {
    this.#client = client;
    this.#reader = new StructReader(update);
    this.#reader.position = offset;
    this.#endClock = end;
    this.#left = structs;
    this.#clock = clock;
    this.#start = offset;
    this.#run = { clock, start: offset, structs: 0 };
    this.#read();
  }

  get done(): boolean {
    return this.#left === 0;
  }

  get structBytes(): number {
    return this.#reader.position - this.#start;
  }

  /** The cursor that must move on before this one may. */
  needed(cursors: ReadonlyMap<number, Cursor>): Cursor | null {
    for (const { client, clock } of this.#references) {
      const other = cursors.get(client);
      if (other && other.#clock <= clock && clock < other.#endClock) return other;
    }
    return null;
  }

  /** Goes on to the next struct. */
  pass(): void {
    this.#run.structs++;
    this.#left--;
    this.#clock += this.#length;
    this.#start = this.#reader.position;
    this.#read();
  }

  /** What was passed since the last call. */
  takeRun(): StructRun | null {
    const { clock, start, structs } = this.#run;
    if (structs === 0) return null;
    this.#run = { clock: this.#clock, start: this.#start, structs: 0 };
    return { client: this.#client, clock, structs, start, end: this.#start };
  }

  #read(): void {
    this.#references.length = 0;
    if (this.done) return;
    this.#length = skipStruct(this.#reader, this.#client, this.#clock, this.#refer);
  }
}
