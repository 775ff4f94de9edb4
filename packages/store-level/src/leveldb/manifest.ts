import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { MalformedError, Reader } from "@homeroom/protocol";
import { readLog } from "./log-file.js";
import type { TableBounds } from "./table-file.js";

/*
 * LevelDB's MANIFEST, a log file of version edits (`db/version_edit.cc`): which tables and which
 * write-ahead logs hold the data. The file CURRENT names it.
 */

const Tag = {
  comparator: 1,
  logNumber: 2,
  nextFileNumber: 3,
  lastSequence: 4,
  compactPointer: 5,
  deletedFile: 6,
  newFile: 7,
  previousLogNumber: 9,
} as const;

/** What LevelDB will read when it opens. */
export interface Version {
  /** By file number. */
  readonly tables: ReadonlyMap<number, TableBounds>;
  /** Write-ahead logs below this number, but for the previous one, hold nothing new. */
  readonly logNumber: number;
  readonly previousLogNumber: number;
  readonly lastSequence: number;
}

/** Null where CURRENT or MANIFEST is missing or altered, with the reason. */
export type Manifest =
  | { readonly state: "intact"; readonly version: Version }
  | { readonly state: "broken"; readonly reason: string };

export async function readManifest(directory: string): Promise<Manifest> {
  const current = await readIfThere(join(directory, "CURRENT"));
  if (!current) return { state: "broken", reason: "CURRENT is missing" };
  const name = /^(MANIFEST-\d+)\n$/.exec(current.toString("latin1"))?.[1];
  if (!name) return { state: "broken", reason: "CURRENT is altered" };
  const file = await readIfThere(join(directory, name));
  if (!file) return { state: "broken", reason: `${name} is missing` };
  try {
    return { state: "intact", version: replay(file) };
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    return { state: "broken", reason: `${name} is altered: ${error.message}` };
  }
}

/** @throws MalformedError */
function replay(file: Buffer): Version {
  const tables = new Map<number, TableBounds>();
  const numbers = new Map<number, number>();
  for (const record of readLog(file)) {
    // What LevelDB had not finished to note it does again.
    if (record.state === "torn") break;
    if (record.state === "damaged") throw new MalformedError("a record fails its checksum");
    applyEdit(record.payload, tables, numbers);
  }
  const number = (tag: number): number => {
    const value = numbers.get(tag);
    if (value === undefined) throw new MalformedError("a number is missing");
    return value;
  };
  number(Tag.nextFileNumber);
  return {
    tables,
    logNumber: number(Tag.logNumber),
    previousLogNumber: numbers.get(Tag.previousLogNumber) ?? 0,
    lastSequence: number(Tag.lastSequence),
  };
}

function applyEdit(
  edit: Uint8Array,
  tables: Map<number, TableBounds>,
  numbers: Map<number, number>,
): void {
  const reader = new Reader(edit);
  // Within one edit LevelDB deletes first, in whatever order the entries are.
  const added: [number, TableBounds][] = [];
  while (reader.remaining > 0) {
    const tag = reader.varUint();
    switch (tag) {
      case Tag.comparator:
        reader.varBytes();
        break;
      case Tag.logNumber:
      case Tag.nextFileNumber:
      case Tag.lastSequence:
      case Tag.previousLogNumber:
        numbers.set(tag, reader.varUint());
        break;
      case Tag.compactPointer:
        reader.varUint();
        reader.varBytes();
        break;
      case Tag.deletedFile:
        reader.varUint();
        tables.delete(reader.varUint());
        break;
      case Tag.newFile: {
        reader.varUint();
        const number = reader.varUint();
        const length = reader.varUint();
        const smallest = reader.varBytes();
        added.push([number, { length, smallest, largest: reader.varBytes() }]);
        break;
      }
      default:
        throw new MalformedError(`unknown tag ${tag}`);
    }
  }
  for (const [number, bounds] of added) tables.set(number, bounds);
}

async function readIfThere(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
