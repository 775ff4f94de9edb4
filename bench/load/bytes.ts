/** Bytes of lib0's encoding: numbers in sevens of bits, texts and arrays behind their length. */
export class Bytes {
  readonly #parts: number[] = [];

  varUint(value: number): this {
    let rest = value;
    while (rest > 0x7f) {
      this.#parts.push(0x80 | (rest % 128));
      rest = Math.floor(rest / 128);
    }
    this.#parts.push(rest);
    return this;
  }

  /** Behind its length. */
  text(value: string): this {
    const bytes = Buffer.from(value);
    return this.varUint(bytes.length).raw(bytes);
  }

  raw(bytes: Iterable<number>): this {
    for (const byte of bytes) this.#parts.push(byte);
    return this;
  }

  end(): Buffer {
    return Buffer.from(this.#parts);
  }

  /** This, then `bytes` behind their length. */
  before(bytes: Uint8Array): Buffer {
    return Buffer.concat([this.varUint(bytes.length).end(), bytes]);
  }
}

/** @returns the number, and where it ends */
export function readVarUint(bytes: Uint8Array, start: number): readonly [number, number] {
  let value = 0;
  let scale = 1;
  let at = start;
  for (;;) {
    const byte = bytes[at++] ?? 0;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return [value, at];
    scale *= 128;
  }
}
