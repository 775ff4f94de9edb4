import { type Encoder, writeUint8, writeVarUint8Array } from "lib0/encoding";
import { MalformedError } from "../malformed.js";
import type { Reader } from "../reader.js";

/** The value that a byte stands for. */
export function oneOf<T>(values: readonly T[], byte: number): T {
  const value = values[byte];
  if (value === undefined) throw new MalformedError(`${byte} stands for nothing here`);
  return value;
}

/** Whether something follows. */
export const readPresence = (reader: Reader): boolean => oneOf([false, true], reader.byte());

export function writeOptionalBytes(encoder: Encoder, bytes: Uint8Array | null): void {
  writeUint8(encoder, bytes === null ? 0 : 1);
  if (bytes !== null) writeVarUint8Array(encoder, bytes);
}

export const readOptionalBytes = (reader: Reader): Uint8Array | null =>
  readPresence(reader) ? reader.varBytes() : null;
