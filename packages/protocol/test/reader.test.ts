import fc from "fast-check";
import {
  createEncoder,
  toUint8Array,
  writeVarInt,
  writeVarString,
  writeVarUint,
} from "lib0/encoding";
import { describe, expect, it } from "vitest";
import { MalformedError, Reader } from "../src/index.js";
import { anyText } from "./support/characters.js";
import { text, varUint } from "./support/craft.js";
import { seeded } from "./support/seeded.js";

const LARGEST = Number.MAX_SAFE_INTEGER;

function written(write: (encoder: ReturnType<typeof createEncoder>) => void): Uint8Array {
  const encoder = createEncoder();
  write(encoder);
  return toUint8Array(encoder);
}

/** The same number in more bytes than it needs. */
function overlong(canonical: Uint8Array, more: number): Uint8Array {
  const bytes = [...canonical, ...new Array<number>(more - 1).fill(0x80), 0];
  bytes[canonical.length - 1] = (canonical.at(-1) ?? 0) | 0x80;
  return Uint8Array.from(bytes);
}

const read = (bytes: Uint8Array): number => {
  const reader = new Reader(bytes);
  const value = reader.varUint();
  reader.end();
  return value;
};

const skipInt = (bytes: Uint8Array): void => {
  const reader = new Reader(bytes);
  reader.skipVarInt();
  reader.end();
};

const anyUint = fc.oneof(
  fc.nat({ max: LARGEST }),
  fc.integer({ min: 0, max: 53 }).map((bits) => Math.min(2 ** bits, LARGEST)),
  fc.integer({ min: 1, max: 53 }).map((bits) => 2 ** bits - 1),
);

describe("numbers", () => {
  it("P1: what lib0 writes is read, up to 2^53−1", () => {
    fc.assert(
      fc.property(anyUint, (value) => {
        expect(read(written((encoder) => writeVarUint(encoder, value)))).toBe(value);
        skipInt(written((encoder) => writeVarInt(encoder, value)));
        skipInt(written((encoder) => writeVarInt(encoder, -value)));
      }),
      { seed: seeded("P1 numbers") },
    );
  });

  it("P1: an overlong number is malformed, however long", () => {
    fc.assert(
      fc.property(anyUint, fc.integer({ min: 1, max: 400 }), (value, more) => {
        const uint = written((encoder) => writeVarUint(encoder, value));
        const int = written((encoder) => writeVarInt(encoder, value));
        expect(() => read(overlong(uint, more))).toThrow(MalformedError);
        expect(() => skipInt(overlong(int, more))).toThrow(MalformedError);
      }),
      { seed: seeded("P1 overlong numbers") },
    );
  });

  it.each([147, 148, 160, 1_000])(
    "P1: %i times 80 and then a digit, which lib0 takes for NaN, is malformed",
    (times) => {
      const bytes = Uint8Array.from([...new Array<number>(times).fill(0x80), 1]);
      expect(() => read(bytes)).toThrow("number out of range");
      expect(() => skipInt(bytes)).toThrow("number out of range");
    },
  );

  it.each([2 ** 53, 2 ** 53 + 2, 2 ** 55, 2 ** 60, 2 ** 64])("P1: %d is out of range", (value) => {
    expect(() => read(Uint8Array.from(varUint(value)))).toThrow("number out of range");
    const int = written((encoder) => writeVarInt(encoder, value));
    expect(() => skipInt(int)).toThrow("number out of range");
  });

  it("P1: a number that breaks off is malformed", () => {
    for (const bytes of [[], [0x80], [0xff, 0xff]]) {
      expect(() => read(Uint8Array.from(bytes))).toThrow("message ends too early");
      expect(() => skipInt(Uint8Array.from(bytes))).toThrow("message ends too early");
    }
  });
});

describe("lengths and text", () => {
  it.each([1, 5, 2 ** 31, LARGEST])(
    "P1 P2: a length of %d beyond the end is malformed",
    (length) => {
      const bytes = Uint8Array.from([
        ...varUint(length),
        ...new Array<number>(length === 5 ? 4 : 0),
      ]);
      expect(() => new Reader(bytes).varBytes()).toThrow("message ends too early");
      expect(() => new Reader(bytes).varString()).toThrow("message ends too early");
      expect(() => new Reader(bytes).varText()).toThrow("message ends too early");
    },
  );

  it("P1: text is read as lib0 writes it, and counted as Yjs does, in UTF-16 units", () => {
    fc.assert(
      fc.property(anyText(50), (value) => {
        const bytes = written((encoder) => writeVarString(encoder, value));
        expect(new Reader(bytes).varString()).toBe(value);
        expect(new Reader(bytes).varText()).toBe(value.length);
      }),
      { seed: seeded("P1 text") },
    );
    expect(new Reader(Uint8Array.from(text("\ufeffbyte order mark"))).varString()).toContain(
      "\ufeff",
    );
  });

  it.each([
    ["a lone continuation byte", [0x80]],
    ["a sequence that breaks off", [0x61, 0xe2, 0x82]],
    ["an overlong sequence", [0xc0, 0x80]],
    ["a surrogate", [0xed, 0xa0, 0x80]],
    ["a code point past the last", [0xf4, 0x90, 0x80, 0x80]],
    ["a byte that UTF-8 has not", [0xff]],
  ])("P1: %s is not UTF-8", (_, bytes) => {
    const message = Uint8Array.from([bytes.length, ...bytes]);
    expect(() => new Reader(message).varString()).toThrow("text is not UTF-8");
    expect(() => new Reader(message).varText()).toThrow("text is not UTF-8");
  });

  it("P1: bytes after the end are malformed", () => {
    const reader = new Reader(Uint8Array.of(1, 2));
    reader.byte();
    expect(() => reader.end()).toThrow("bytes after the end of the message");
  });

  it("P1: a Buffer within a larger one is read as itself, not as its neighbours", () => {
    const pool = Buffer.from([9, 9, 3, 0x61, 0xc3, 0xa9, 9, 9]);
    const reader = new Reader(pool.subarray(2, 6));
    expect(reader.varString()).toBe("aé");
    reader.end();
    const views = new Reader(pool.subarray(2, 6));
    expect([...views.varBytes()]).toEqual([0x61, 0xc3, 0xa9]);
    expect(() => new Reader(pool.subarray(2, 5)).varBytes()).toThrow("message ends too early");
  });
});
