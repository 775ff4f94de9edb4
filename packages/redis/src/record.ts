import type { StoredRecord } from "@homeroom/cluster";
import { type Cursor, StoreError } from "@homeroom/room";
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import type { StreamEntry } from "./scripts.js";

/** What becomes one entry of a journal stream. */
export interface NewRecord {
  readonly updates: readonly Uint8Array[];
  /** Milliseconds since 1970, by the writer's clock. */
  readonly at: number;
  readonly expected: number | undefined;
}

/** The fields of an entry, and their values. */
export function encodeRecord({ updates, at, expected }: NewRecord): (string | number | Buffer)[] {
  const encoder = encoding.createEncoder();
  let bytes = 0;
  for (const update of updates) {
    encoding.writeVarUint8Array(encoder, update);
    bytes += update.length;
  }
  const number = expected === undefined ? [] : ["n", expected];
  return ["t", at, "b", bytes, ...number, "u", Buffer.from(encoding.toUint8Array(encoder))];
}

/** An entry as the record that it is; null for the mark of a claim. @throws StoreError `DAMAGED` */
export function decodeRecord([id, fields]: StreamEntry): StoredRecord | null {
  if (fields[0]?.toString() === "claim") return null;
  const packed = fields[fields.findIndex((name, index) => index % 2 === 0 && isUpdates(name)) + 1];
  const cursor = parseCursor(id.toString());
  const updates: Uint8Array[] = [];
  try {
    if (!packed) throw new Error("no updates");
    const decoder = decoding.createDecoder(packed);
    while (decoding.hasContent(decoder)) updates.push(decoding.readVarUint8Array(decoder));
  } catch (error) {
    throw new StoreError("DAMAGED", `record ${id} of the journal cannot be read`, { cause: error });
  }
  return { cursor, updates };
}

const isUpdates = (name: Buffer): boolean => name.length === 1 && name[0] === 0x75;

/** Reads `<epoch>-<seq>`, as Redis writes it. @throws StoreError `UNKNOWN_FORMAT` */
export function parseCursor(text: string): Cursor {
  const [, epoch, seq] = /^(\d+)-(\d+)$/.exec(text) ?? [];
  if (epoch === undefined || seq === undefined) {
    throw new StoreError("UNKNOWN_FORMAT", "a cursor in Redis is not of Homeroom's making");
  }
  return { epoch: Number(epoch), seq: Number(seq) };
}
