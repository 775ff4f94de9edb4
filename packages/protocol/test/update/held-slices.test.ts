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

  it("U8: none but the last is much larger than asked, save a single struct", () => {
    const structs = Array.from({ length: 10 }, () => item(4, ...text("x".repeat(20))));
    const large = item(4, ...text("x".repeat(200)));
    const whole = update(
      [section(7, 3, ...structs), section(5, 0, large, large, ...structs)],
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
    const sizes = others.map(({ sections }, i) => [
      sections.reduce((sum, { structs }) => sum + structs, 0),
      Math.ceil((slices[i + 1]?.length ?? 0) / 110),
    ]);
    expect(sizes.filter(([, hundreds]) => hundreds !== 1)).toEqual([[1, 2]]);
  });

  it("U8: there are no more of them than their receiver can hold without much ado", () => {
    const structs = Array.from({ length: 10_000 }, () => item(4, ...text("word")));
    expect(slicesOf(update([section(7, 0, ...structs)]), 100)).toHaveLength(17);
  });

  it("U8: what is small enough stays as it is", () => {
    const small = update([section(1, 0, item(4, ...text("abc")))]);
    expect(slicesOf(small, small.length)).toEqual([small]);
    expect(slicesOf(small, small.length - 1)).toEqual([small]);
  });
});
