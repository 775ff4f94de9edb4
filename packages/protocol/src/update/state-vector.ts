import { createEncoder, toUint8Array, writeVarUint } from "lib0/encoding";
import { WireLimits } from "../limits.js";
import { MalformedError } from "../malformed.js";
import { Reader } from "../reader.js";
import { readDeletes } from "./delete-set.js";
import type { UpdateScan } from "./scan-update.js";

/** Per client, how many clocks are known. */
export type StateVector = ReadonlyMap<number, number>;

/** @throws MalformedError */
export function decodeStateVector(bytes: Uint8Array): StateVector {
  const reader = new Reader(bytes);
  const count = reader.varUint();
  if (count > reader.remaining / 2) throw new MalformedError("more clients than bytes");
  const vector = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    const client = reader.varUint();
    const clock = reader.varUint();
    if (clock > WireLimits.clock) throw new MalformedError("clock out of range");
    vector.set(client, clock);
  }
  reader.end();
  return vector;
}

export function encodeStateVector(vector: StateVector): Uint8Array {
  const encoder = createEncoder();
  writeVarUint(encoder, vector.size);
  for (const [client, clock] of vector) {
    writeVarUint(encoder, client);
    writeVarUint(encoder, clock);
  }
  return toUint8Array(encoder);
}

/** Raises `vector` by what an update adds to it; what comes after a gap adds nothing. */
export function advance(vector: Map<number, number>, scan: UpdateScan): void {
  for (const { client, clock, gap } of scan.sections) {
    const known = vector.get(client) ?? 0;
    if (clock <= known && gap > known) vector.set(client, gap);
  }
}

/** Raises `vector` to where all that an update adds and deletes is known. */
export function reach(vector: Map<number, number>, update: Uint8Array, scan: UpdateScan): void {
  const raise = (client: number, end: number): void => {
    if (end > (vector.get(client) ?? 0)) vector.set(client, end);
  };
  for (const { client, end } of scan.sections) raise(client, end);
  for (const [client, , end] of readDeletes(update, scan.deleteSetOffset)) raise(client, end);
}

/** Whether `vector` knows all that `other` knows. */
export function covers(vector: StateVector, other: StateVector): boolean {
  for (const [client, clock] of other) {
    if ((vector.get(client) ?? 0) < clock) return false;
  }
  return true;
}
