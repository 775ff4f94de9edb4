import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import {
  addDeletes,
  containsDeletes,
  type DeleteSet,
  normalize,
  scanUpdate,
} from "../../src/index.js";
import { deletes, update } from "../support/craft.js";
import { joined, sessions, some } from "../support/editing.js";
import { seeded } from "../support/seeded.js";

function setOf(...updates: Uint8Array[]): DeleteSet {
  const set: DeleteSet = new Map();
  for (const each of updates) addDeletes(set, each, scanUpdate(each).deleteSetOffset);
  normalize(set);
  return set;
}

const contains = (set: DeleteSet, bytes: Uint8Array): boolean =>
  containsDeletes(set, bytes, scanUpdate(bytes).deleteSetOffset);

/** A Yjs delete set as ours. */
function fromYjs(set: ReturnType<typeof Y.createDeleteSet>): DeleteSet {
  return new Map(
    [...set.clients].map(([client, items]) => [
      client,
      items.map(({ clock, len }) => [clock, clock + len] as const),
    ]),
  );
}

const range = fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 6 }));
const deletion = fc
  .array(fc.tuple(fc.nat(2), fc.array(range, { maxLength: 5 })), { maxLength: 3 })
  .map((clients) =>
    update(
      [],
      clients.map(([client, ranges]) => deletes(client, ...ranges)),
    ),
  );

describe("delete sets", () => {
  it("U6: those of updates, added up, are the one that Yjs merges", () => {
    fc.assert(
      fc.property(sessions(40), fc.nat(), (session, mask) => {
        const updates = some(session.updates, mask);
        const merged = Y.mergeDeleteSets(updates.map((each) => Y.decodeUpdate(each).ds));
        expect(setOf(...updates)).toEqual(fromYjs(merged));
      }),
      { seed: seeded("U6 sums"), numRuns: 60 },
    );
  });

  it("U6: a document holds the deletes of each update that made it", () => {
    fc.assert(
      fc.property(sessions(40), (session) => {
        const all = setOf(Y.encodeStateAsUpdate(joined(session)));
        for (const each of session.updates) expect(contains(all, each)).toBe(true);
      }),
      { seed: seeded("U6 documents"), numRuns: 40 },
    );
  });

  it("U6: says just whether every delete is in the set", () => {
    fc.assert(
      fc.property(fc.array(deletion, { maxLength: 4 }), deletion, (updates, asked) => {
        const known = Y.mergeDeleteSets(updates.map((each) => Y.decodeUpdate(each).ds));
        let expected = true;
        for (const [client, items] of Y.decodeUpdate(asked).ds.clients) {
          for (const { clock, len } of items) {
            for (let at = clock; at < clock + len; at++) {
              expected &&= Y.isDeleted(known, Y.createID(client, at));
            }
          }
        }
        expect(contains(setOf(...updates), asked)).toBe(expected);
      }),
      { seed: seeded("U6 containment"), numRuns: 500 },
    );
  });

  it("U6: neighbours and overlaps are one range", () => {
    const set = setOf(
      update([], [deletes(1, [5, 5], [0, 2])]),
      update([], [deletes(1, [2, 3]), deletes(2, [9, 1])]),
    );
    expect(set).toEqual(
      new Map([
        [1, [[0, 10]]],
        [2, [[9, 10]]],
      ]),
    );
    expect(contains(set, update([], [deletes(1, [1, 8])]))).toBe(true);
    expect(contains(set, update([], [deletes(1, [9, 2])]))).toBe(false);
    expect(contains(set, update([], [deletes(3, [0, 1])]))).toBe(false);
    expect(contains(set, update([]))).toBe(true);
  });
});
