import fc from "fast-check";

/** One change to some bytes; every position is taken modulo what there is. */
export type Mutation =
  | { readonly kind: "flip"; readonly at: number; readonly bit: number }
  | { readonly kind: "set"; readonly at: number; readonly byte: number }
  | { readonly kind: "insert"; readonly at: number; readonly bytes: readonly number[] }
  | { readonly kind: "remove"; readonly at: number; readonly length: number }
  | { readonly kind: "repeat"; readonly at: number; readonly length: number; readonly to: number }
  /** Puts a piece of other bytes in the place of some. */
  | {
      readonly kind: "graft";
      readonly at: number;
      readonly length: number;
      readonly from: number;
      readonly piece: number;
    };

/** Where formats have their borders: tags, flags, content refs, the digits of varints. */
const borders = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0x20, 0x27, 0x28, 0x40, 0x44, 0x7f, 0x80];
const byte = fc.oneof(
  fc.constantFrom(...borders, 0x81, 0x84, 0x87, 0x88, 0xa1, 0xc4, 0xff, 115, 116, 117, 118, 125),
  fc.nat(255),
);
const at = fc.nat();

export const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ kind: fc.constant("flip" as const), at, bit: fc.nat(7) }),
  fc.record({ kind: fc.constant("set" as const), at, byte }),
  fc.record({ kind: fc.constant("insert" as const), at, bytes: fc.array(byte, { maxLength: 4 }) }),
  fc.record({ kind: fc.constant("remove" as const), at, length: fc.integer({ min: 1, max: 4 }) }),
  fc.record({
    kind: fc.constant("repeat" as const),
    at,
    length: fc.integer({ min: 1, max: 16 }),
    to: fc.nat(),
  }),
  fc.record({
    kind: fc.constant("graft" as const),
    at,
    length: fc.nat(16),
    from: fc.nat(),
    piece: fc.integer({ min: 1, max: 24 }),
  }),
);

export function mutate(
  original: Uint8Array,
  mutations: readonly Mutation[],
  other: Uint8Array,
): Uint8Array {
  const bytes = [...original];
  for (const each of mutations) {
    const place = each.at % Math.max(1, bytes.length);
    switch (each.kind) {
      case "flip":
        bytes[place] = (bytes[place] ?? 0) ^ (1 << each.bit);
        break;
      case "set":
        bytes[place] = each.byte;
        break;
      case "insert":
        bytes.splice(place, 0, ...each.bytes);
        break;
      case "remove":
        bytes.splice(place, each.length);
        break;
      case "repeat":
        bytes.splice(each.to % (bytes.length + 1), 0, ...bytes.slice(place, place + each.length));
        break;
      case "graft": {
        const from = each.from % other.length;
        bytes.splice(place, each.length, ...other.subarray(from, from + each.piece));
      }
    }
  }
  return Uint8Array.from(bytes);
}
