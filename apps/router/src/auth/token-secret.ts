import { createSecretKey, type KeyObject } from "node:crypto";

/** RFC 7518, 3.2: a key for HS256 is no shorter than its hash. */
const SECRET_BYTES = 32;

/**
 * @param secret Text; its UTF-8 bytes are the key.
 * @throws RangeError where it is shorter than 32 bytes.
 */
export function parseTokenSecret(secret: string): KeyObject {
  const bytes = new TextEncoder().encode(secret);
  if (bytes.length < SECRET_BYTES) {
    throw new RangeError(
      `the secret for tokens has ${bytes.length} bytes; HS256 needs at least ${SECRET_BYTES}`,
    );
  }
  return createSecretKey(bytes);
}
