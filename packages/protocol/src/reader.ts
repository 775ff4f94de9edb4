import { MalformedError } from "./malformed.js";

/** What the last byte of a varint of at most 2^53−1 counts. */
const MAX_FACTOR = 2 ** 49;

/**
 * Reads lib0's encoding from bytes that nobody has vouched for. lib0's own decoder accepts
 * overlong varints (some decode to NaN) and lengths beyond the end; this one throws
 * `MalformedError` for both, and never allocates what a length merely promises.
 */
export class Reader {
  readonly bytes: Uint8Array;
  position = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get remaining(): number {
    return this.bytes.length - this.position;
  }

  byte(): number {
    const byte = this.bytes[this.position];
    if (byte === undefined) throw new MalformedError("message ends too early");
    this.position++;
    return byte;
  }

  /** A canonical unsigned varint of at most 2^53−1. */
  varUint(): number {
    const first = this.byte();
    return first < 0x80 ? first : this.#rest(first & 0x7f, 0x80);
  }

  /** A canonical signed varint: six bits and the sign first, then seven bits at a time. */
  skipVarInt(): void {
    const first = this.byte();
    if (first >= 0x80) this.#rest(first & 0x3f, 0x40);
  }

  /** A varint from its second byte on, which counts `factor`. */
  #rest(value: number, factor: number): number {
    for (; factor <= MAX_FACTOR; factor *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        if (byte === 0) throw new MalformedError("overlong number");
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
    }
    throw new MalformedError("number out of range");
  }

  skip(length: number): void {
    if (length > this.remaining) throw new MalformedError("message ends too early");
    this.position += length;
  }

  /** A view of the next `length` bytes. */
  take(length: number): Uint8Array {
    const start = this.position;
    this.skip(length);
    return this.bytes.subarray(start, this.position);
  }

  /** A view of a byte array that is preceded by its length. */
  varBytes(): Uint8Array {
    return this.take(this.varUint());
  }

  /** A string that is preceded by its length in bytes, which must be UTF-8. */
  varString(): string {
    return decodeUtf8(this.varBytes());
  }

  /** Like `varString`, without building the string. @returns its length in UTF-16 units */
  varText(): number {
    const length = this.varUint();
    const start = this.position;
    this.skip(length);
    return checkUtf8(this.bytes, start, this.position);
  }

  end(): void {
    if (this.remaining > 0) throw new MalformedError("bytes after the end of the message");
  }
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    throw new MalformedError("text is not UTF-8");
  }
}

/** Checks the bytes from `start` to `end`. @returns the length in UTF-16 units, as Yjs counts text */
export function checkUtf8(bytes: Uint8Array, start = 0, end: number = bytes.length): number {
  // Without a view for each text: a document of 300 KB has ten thousand of them.
  for (let at = start; at < end; at++) {
    if ((bytes[at] as number) >= 0x80) {
      return at - start + decodeUtf8(bytes.subarray(at, end)).length;
    }
  }
  return end - start;
}
