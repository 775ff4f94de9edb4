import { promisify } from "node:util";
import { deflateRaw, inflateRaw } from "node:zlib";
import { asBuffer, readUint64, writeUint64 } from "./bytes.js";

/*
 * Snapshots are most of what a store holds. Deflate makes them two to three times smaller, outside
 * of the event loop; its fastest level is nearly as good as the others.
 */

const Encoding = { plain: 0, deflated: 1 } as const;
/** The encoding, and the snapshot's length. */
const HEADER = 1 + 8;
const LEVEL = 1;
/** Shorter ones gain next to nothing. */
const WORTH_BYTES = 512;

/** Zlib asks for more space where none is left at the end; and for 64 bytes at least. */
const SPARE = 64;

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

export interface PackedSnapshot {
  readonly header: Uint8Array;
  /** The snapshot itself, where deflating it is of no use. */
  readonly bytes: Uint8Array;
}

export async function packSnapshot(snapshot: Uint8Array): Promise<PackedSnapshot> {
  const header = Buffer.alloc(HEADER);
  writeUint64(header, snapshot.length, 1);
  if (snapshot.length >= WORTH_BYTES) {
    const bytes = await deflate(snapshot, { level: LEVEL });
    header[0] = Encoding.deflated;
    if (bytes.length < snapshot.length) return { header, bytes };
  }
  header[0] = Encoding.plain;
  return { header, bytes: snapshot };
}

/** Null where the bytes are no packed snapshot. */
export async function unpackSnapshot(packed: Uint8Array): Promise<Uint8Array | null> {
  if (packed.length < HEADER) return null;
  const bytes = packed.subarray(HEADER);
  const length = readUint64(asBuffer(packed), 1);
  const snapshot = packed[0] === Encoding.deflated ? await inflated(bytes, length) : bytes;
  return snapshot?.length === length ? snapshot : null;
}

async function inflated(bytes: Uint8Array, length: number): Promise<Uint8Array | null> {
  try {
    // In one piece, a little too large: pieces of 16 KB take a quarter longer to make and to join.
    return await inflate(bytes, { maxOutputLength: length, chunkSize: length + SPARE });
  } catch {
    // Not what deflate made, or not of this length: there is no more to know.
    return null;
  }
}
