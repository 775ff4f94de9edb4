import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { heldSlices, scanUpdate } from "../../src/index.js";
import { deletes, item, section, text, update } from "../support/craft.js";
import { joined, sessions } from "../support/editing.js";
import { seeded } from "../support/seeded.js";

const slicesOf = (bytes: Uint8Array, maxBytes: number): Uint8Array[] =>
  [...heldSlices(bytes, maxBytes)].filter((slice) => slice !== null);

function docOf(updates: readonly Uint8Array[]): Y.Doc {
  const doc = new Y.Doc();
  for (const each of updates) Y.applyUpdate(doc, each);
  return doc;
}

const waits = ({ store }: Y.Doc): boolean =>
  store.pendingStructs !== null || store.pendingDs !== null;

describe("held slices", () => {
  it("U8: whoever has nothing of them applies nothing before the last, and then all at once", () => {
    fc.assert(
      fc.property(
        sessions(40),
        fc.nat(40),
        fc.integer({ min: 1, max: 200 }),
        (session, known, maxBytes) => {
          const doc = docOf(session.updates.slice(0, known));
          fc.pre(!waits(doc));
          const direct = docOf([Y.encodeStateAsUpdate(doc)]);
          const vector = Y.encodeStateVector(doc);
          const lacking = Y.encodeStateAsUpdate(joined(session), vector);
          const slices = slicesOf(lacking, maxBytes);
          for (const slice of slices.slice(0, -1)) Y.applyUpdate(doc, slice);
          expect(Y.encodeStateVector(doc)).toEqual(vector);
          let transactions = 0;
          doc.on("afterTransaction", ({ local }) => void (local || transactions++));
          Y.applyUpdate(doc, slices.at(-1) as Uint8Array);
          Y.applyUpdate(direct, lacking);
          expect([transactions, waits(doc)]).toEqual([1, false]);
          // With what Yjs tidied up.
          expect(Y.encodeStateAsUpdate(doc)).toEqual(Y.encodeStateAsUpdate(direct));
        },
      ),
      { seed: seeded("U8"), numRuns: 200 },
    );
  });

  it("U8: the last has the first structs and the deletes, the others a struct more than asked", () => {
    const word = item(4, ...text("x".repeat(20)));
    const large = item(4, ...text("x".repeat(200)));
    const words = Array.from({ length: 20 }, () => word);
    const whole = update(
      [section(7, 3, ...words), section(5, 0, large, large, ...words)],
      [deletes(5, [0, 2])],
    );
    const slices = slicesOf(whole, 100);
    const [last, ...others] = slices.reverse().map(scanUpdate);
    expect(last?.sections.map(({ client, structs }) => [client, structs])).toEqual([
      [7, 1],
      [5, 1],
    ]);
    expect(last?.deletes).toBe(true);
    expect(others.some((scan) => scan.deletes)).toBe(false);
    const header = 12;
    const [largest, ...rest] = slices
      .slice(1)
      .map(({ length }) => length)
      .sort((a, b) => b - a);
    expect(largest).toBeLessThan(100 + large.length + header);
    expect(rest[0]).toBeLessThan(100 + word.length + header);
    expect(rest.length).toBeGreaterThan(4);
  });

  it.each([4, 700])("U8: there are at most 17, also of structs of %i bytes", (length) => {
    const structs = Array.from({ length: 1_000 }, () => item(4, ...text("x".repeat(length))));
    const slices = slicesOf(update([section(7, 0, ...structs)]), 100);
    expect(slices.length).toBeGreaterThan(10);
    expect(slices.length).toBeLessThanOrEqual(17);
  });

  it("U8: there are at most 17, also where no two structs fit in one", () => {
    const structs = Array.from({ length: 40 }, () => item(4, ...text("x".repeat(530))));
    expect(slicesOf(update([section(7, 0, ...structs)]), 100).length).toBeLessThanOrEqual(17);
  });

  it("U8: what is small enough stays as it is", () => {
    const small = update([section(1, 0, item(4, ...text("abc")))]);
    expect(slicesOf(small, small.length)).toEqual([small]);
    expect(slicesOf(small, small.length - 1)).toEqual([small]);
  });
});
