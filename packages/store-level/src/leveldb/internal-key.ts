/*
 * The keys inside of LevelDB's tables: the user's key, then 8 bytes that hold the entry's sequence
 * number and, in the lowest byte, whether it is a value or a deletion (`db/dbformat.h`).
 */

const SUFFIX = 8;
const VALUE = 1;
const DELETION = 0;

export interface InternalKey {
  readonly user: Uint8Array;
  readonly kind: "value" | "deletion";
}

/** Null where the bytes are no internal key. */
export function parseInternalKey(bytes: Uint8Array): InternalKey | null {
  const at = bytes.length - SUFFIX;
  const kind = at < 0 ? null : bytes[at];
  if (kind !== VALUE && kind !== DELETION) return null;
  return { user: bytes.subarray(0, at), kind: kind === VALUE ? "value" : "deletion" };
}

export const userKey = (internal: Uint8Array): Uint8Array => internal.subarray(0, -SUFFIX);

/** By user key; of one user key the newest entry comes first. */
export function compareInternalKeys(a: Uint8Array, b: Uint8Array): number {
  const order = Buffer.compare(userKey(a), userKey(b));
  if (order !== 0) return order;
  for (let back = 1; back <= SUFFIX; back++) {
    const difference = (b.at(-back) ?? 0) - (a.at(-back) ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
