import { decodeStateVector, MalformedError, Reader } from "@homeroom/protocol";
import { encoding } from "lib0";
import type { Cursor } from "../store.js";

/**
 * How far a room had come when its home handed it over, and all of it had been broadcast. An edge
 * carries it from the one home to the next, unread.
 */
export interface Bookmark {
  /** The last record, null where nothing was ever written. */
  readonly cursor: Cursor | null;
  readonly stateVector: Uint8Array;
}

export function encodeBookmark({ cursor, stateVector }: Bookmark): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, cursor?.epoch ?? 0);
  encoding.writeVarUint(encoder, cursor?.seq ?? 0);
  encoding.writeUint8Array(encoder, stateVector);
  return encoding.toUint8Array(encoder);
}

/** @returns null where these bytes are no bookmark: then nothing is known */
export function decodeBookmark(bytes: Uint8Array): Bookmark | null {
  try {
    const reader = new Reader(bytes);
    const [epoch, seq] = [reader.varUint(), reader.varUint()];
    const stateVector = bytes.subarray(reader.position);
    decodeStateVector(stateVector);
    return { cursor: epoch === 0 ? null : { epoch, seq }, stateVector };
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    return null;
  }
}
