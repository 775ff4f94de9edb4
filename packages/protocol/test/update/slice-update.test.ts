import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { deletesOnly, EMPTY_UPDATE, scanUpdate, sliceUpdate } from "../../src/index.js";
import { deletes, id, item, section, text, update } from "../support/craft.js";
import { joined, sessions, some } from "../support/editing.js";
import { seeded } from "../support/seeded.js";

/** The longest struct of an update, in bytes. */
function longestStruct(bytes: Uint8Array): number {
  return Math.max(0, ...Y.decodeUpdate(bytes).structs.map((struct) => bytesOf(struct)));
}

function bytesOf(struct: Y.Item | Y.GC | Y.Skip): number {
  const encoder = new Y.UpdateEncoderV1();
  struct.write(encoder, 0);
  return encoder.toUint8Array().length;
}

/** Number of clients, and for each of them its number of structs, its id and a clock. */
const HEADERS = 1 + 5 * (1 + 5 + 2) + 1;

const inOrder = (slices: readonly Uint8Array[]): Y.Doc => {
  const doc = new Y.Doc();
  for (const slice of slices) Y.applyUpdate(doc, slice);
  return doc;
};

const waits = ({ store }: Y.Doc): boolean =>
  store.pendingStructs !== null || store.pendingDs !== null;

describe("slices", () => {
  it("U4: slices, applied in order, give the same document, and none waits for a later one", () => {
    fc.assert(
      fc.property(sessions(40), fc.integer({ min: 1, max: 200 }), (session, maxBytes) => {
        const whole = Y.encodeStateAsUpdate(joined(session));
        const slices = sliceUpdate(whole, maxBytes);
        const doc = new Y.Doc();
        for (const [i, slice] of slices.entries()) {
          Y.applyUpdate(doc, slice);
          expect([i, waits(doc)]).toEqual([i, false]);
        }
        const direct = inOrder([whole]);
        expect(Y.encodeStateVector(doc)).toEqual(Y.encodeStateVector(direct));
        expect(doc.toJSON()).toEqual(direct.toJSON());
        expect(Y.equalSnapshots(Y.snapshot(doc), Y.snapshot(direct))).toBe(true);
      }),
      { seed: seeded("U4 slices"), numRuns: 60 },
    );
  });

  it("U4: none is much larger than asked, save a single struct; deletes come last", () => {
    fc.assert(
      fc.property(sessions(40), fc.integer({ min: 1, max: 200 }), (session, maxBytes) => {
        const whole = Y.encodeStateAsUpdate(joined(session));
        const slices = sliceUpdate(whole, maxBytes);
        const limit = Math.max(maxBytes, longestStruct(whole)) + HEADERS;
        let deleting = false;
        for (const slice of slices) {
          const { sections, deletes: deleted } = scanUpdate(slice);
          expect(slice.length).toBeLessThanOrEqual(limit);
          if (slices.length > 1) {
            expect(sections.length > 0 && (deleted || deleting)).toBe(false);
            deleting ||= sections.length === 0;
          }
        }
        expect(deleting || slices.length === 1).toBe(true);
      }),
      { seed: seeded("U4 sizes"), numRuns: 40 },
    );
  });

  it("U4: merged updates with gaps are cut as well", () => {
    fc.assert(
      fc.property(
        sessions(40),
        fc.nat(),
        fc.integer({ min: 1, max: 100 }),
        (session, mask, max) => {
          const merged = Y.mergeUpdates([EMPTY_UPDATE, ...some(session.updates, mask)]);
          const whole = Y.encodeStateAsUpdate(joined(session));
          const doc = inOrder([...sliceUpdate(merged, max), whole]);
          expect(doc.toJSON()).toEqual(inOrder([whole]).toJSON());
          expect(waits(doc)).toBe(false);
        },
      ),
      { seed: seeded("U4 gaps"), numRuns: 30 },
    );
  });

  it("U4: what is small enough stays as it is", () => {
    const small = update([section(1, 0, item(4, ...text("abc")))]);
    expect(sliceUpdate(small, small.length)).toEqual([small]);
    expect(sliceUpdate(small, small.length - 1)).toEqual([small, EMPTY_UPDATE]);
  });

  it("U4: a delete set is cut between ranges", () => {
    const ranges = Array.from({ length: 10 }, (_, i): [number, number] => [i * 3, 1]);
    const whole = update([], [deletes(9, ...ranges), deletes(7), deletes(5, [0, 2])]);
    const slices = sliceUpdate(whole, 8);
    expect(slices).toEqual([
      update([], [deletes(9, [0, 1], [3, 1], [6, 1], [9, 1])]),
      update([], [deletes(9, [12, 1], [15, 1], [18, 1], [21, 1])]),
      update([], [deletes(9, [24, 1], [27, 1]), deletes(5, [0, 2])]),
    ]);
  });

  it("U4: updates in a circle, which no Yjs writes, are cut and end", () => {
    const needs = (client: number, clock: number): number[] => [
      0x84,
      ...id(client, clock),
      1,
      0x61,
    ];
    const circle = update([
      section(3, 0, needs(2, 0), needs(1, 1)),
      section(2, 0, needs(1, 0), needs(3, 1)),
      section(1, 0, needs(3, 0), needs(2, 1)),
    ]);
    const slices = sliceUpdate(circle, 4);
    expect(slices).toHaveLength(7);
    const sections = slices.flatMap((slice) => scanUpdate(slice).sections);
    expect(sections.map(({ structs }) => structs)).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it("U4: the deletes of an update make an update of their own", () => {
    const whole = update([section(1, 0, item(4, ...text("abc")))], [deletes(1, [1, 2])]);
    const { deleteSetOffset } = scanUpdate(whole);
    expect(deletesOnly(whole, deleteSetOffset)).toEqual(update([], [deletes(1, [1, 2])]));
  });
});
