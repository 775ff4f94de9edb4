import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import {
  advance,
  covers,
  decodeStateVector,
  EMPTY_UPDATE,
  encodeStateVector,
  MalformedError,
  reach,
  scanUpdate,
} from "../../src/index.js";
import { deletes, id, item, section, text, update, varUint } from "../support/craft.js";
import { joined, sessions, some } from "../support/editing.js";
import { seeded } from "../support/seeded.js";

const vectorOf = (...updates: Uint8Array[]): Map<number, number> => {
  const vector = new Map<number, number>();
  for (const each of updates) advance(vector, scanUpdate(each));
  return vector;
};

describe("state vectors", () => {
  it("U5: what is read from an update is what Yjs reads from it, gaps and all", () => {
    fc.assert(
      fc.property(sessions(40), fc.nat(), (session, mask) => {
        const doc = joined(session);
        const whole = Y.encodeStateAsUpdate(doc);
        expect(vectorOf(whole)).toEqual(Y.decodeStateVector(Y.encodeStateVector(doc)));
        const merged = Y.mergeUpdates([EMPTY_UPDATE, ...some(session.updates, mask)]);
        expect(vectorOf(merged)).toEqual(
          Y.decodeStateVector(Y.encodeStateVectorFromUpdate(merged)),
        );
      }),
      { seed: seeded("U5"), numRuns: 40 },
    );
  });

  it("U5: updates that follow each other add up, and one that does not adds nothing", () => {
    const letters = (clock: number, value: string): Uint8Array =>
      update([section(1, clock, item(4, ...text(value)))]);
    expect(vectorOf(letters(0, "abc"), letters(3, "de"))).toEqual(new Map([[1, 5]]));
    expect(vectorOf(letters(0, "abc"), letters(1, "bcde"))).toEqual(new Map([[1, 5]]));
    expect(vectorOf(letters(0, "abc"), letters(0, "a"))).toEqual(new Map([[1, 3]]));
    expect(vectorOf(letters(0, "abc"), letters(4, "e"))).toEqual(new Map([[1, 3]]));
    const skipping = update([
      section(1, 0, item(4, ...text("ab")), [10, 3], item(4, ...text("f"))),
    ]);
    expect(vectorOf(skipping)).toEqual(new Map([[1, 2]]));
  });

  it("U9: to reach an update is to know what it adds, after a gap too, and what it deletes", () => {
    const gap = [10, 4];
    const merged = update(
      [
        section(2, 5, item(4, ...text("c"))),
        section(1, 0, item(4, ...text("ab")), gap, item(4, ...text("de"))),
      ],
      [deletes(3, [10, 4])],
    );
    const vector = new Map([
      [2, 9],
      [3, 1],
    ]);
    reach(vector, merged, scanUpdate(merged));
    expect(vector).toEqual(
      new Map([
        [1, 8],
        [2, 9],
        [3, 14],
      ]),
    );
  });

  it("U5: both ways to and from Yjs", () => {
    const vectors = fc.uniqueArray(
      fc.tuple(fc.nat({ max: 2 ** 32 - 1 }), fc.nat({ max: 2 ** 31 })),
      {
        selector: ([client]) => client,
      },
    );
    fc.assert(
      fc.property(vectors, (entries) => {
        const vector = new Map(entries);
        expect(Y.decodeStateVector(encodeStateVector(vector))).toEqual(vector);
        expect(decodeStateVector(encodeStateVector(vector))).toEqual(vector);
      }),
      { seed: seeded("U5 both ways") },
    );
  });

  it.each<[what: string, bytes: number[], why: string]>([
    ["nothing", [], "ends too early"],
    ["more clients than bytes", [9, 1, 1], "more clients than bytes"],
    ["a promise of very many", [...varUint(2 ** 50), 1, 1], "more clients than bytes"],
    ["a clock past 2^31", [1, ...id(1, 2 ** 31 + 1)], "clock out of range"],
    ["bytes left over", [1, 1, 1, 0], "bytes after the end"],
    ["half an entry", [1, 0x81, 0x80], "ends too early"],
  ])("P1 P2: %s is malformed", (_, bytes, why) => {
    expect(() => decodeStateVector(Uint8Array.from(bytes))).toThrow(MalformedError);
    expect(() => decodeStateVector(Uint8Array.from(bytes))).toThrow(why);
  });

  it("U5: one covers another that knows nothing that it does not", () => {
    const known = new Map([
      [1, 5],
      [2, 3],
    ]);
    expect(covers(known, new Map())).toBe(true);
    expect(covers(known, known)).toBe(true);
    expect(covers(known, new Map([[2, 4]]))).toBe(false);
    expect(covers(known, new Map([[3, 1]]))).toBe(false);
    expect(covers(known, new Map([[3, 0]]))).toBe(true);
  });
});
