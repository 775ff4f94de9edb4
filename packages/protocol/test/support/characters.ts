import fc from "fast-check";

const codePoint = fc.oneof(
  fc.nat({ max: 0x7f }),
  fc.nat({ max: 0x7ff }),
  fc.nat({ max: 0xd7ff }),
  fc.integer({ min: 0xe000, max: 0x10_ffff }),
);

/** Text of any code points, each length of UTF-8 about as often as the others. */
export const anyText = (maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: codePoint.map((each) => String.fromCodePoint(each)), maxLength });
