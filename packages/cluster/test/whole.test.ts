import type { StoredRoom } from "@homeroom/room";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import * as Y from "yjs";
import { compareCopies } from "../src/store/whole.js";
import { seeded } from "./seeded.js";

const cursor = { epoch: 1, seq: 1 };

const edit = fc.record({
  /** Who makes it: all see each other's edits at once. */
  writer: fc.nat(2),
  at: fc.nat(1_000),
  kind: fc.constantFrom("insert", "insert", "delete", "map"),
});

/** The updates of some edits, by writers who see each other's at once. */
function updatesOf(edits: readonly { writer: number; at: number; kind: string }[]): Uint8Array[] {
  const updates: Uint8Array[] = [];
  const writers = [1, 2, 3].map((clientID) => Object.assign(new Y.Doc(), { clientID }));
  for (const writer of writers) {
    writer.on("update", (update: Uint8Array, origin: unknown) => {
      if (origin === "other") return;
      updates.push(update);
      for (const each of writers) if (each !== writer) Y.applyUpdate(each, update, "other");
    });
  }
  for (const { writer, at, kind } of edits) {
    const doc = writers[writer];
    const text = doc?.getText("text");
    if (!doc || !text) continue;
    if (kind === "map") doc.getMap("map").set(`${at % 3}`, at);
    else if (kind === "insert") text.insert(at % (text.length + 1), "abc");
    else if (text.length > 0) text.delete(at % text.length, 1);
  }
  return updates;
}

/** What a store would hold: a snapshot of the first ones, and the others after it. */
function copyOf(updates: readonly Uint8Array[], compacted: number): StoredRoom {
  const doc = new Y.Doc();
  for (const update of updates.slice(0, compacted)) Y.applyUpdate(doc, update);
  const snapshot = compacted > 0 ? Y.encodeStateAsUpdate(doc) : null;
  return { snapshot, tail: updates.slice(compacted), cursor };
}

function documentOf(...copies: StoredRoom[]): Y.Doc {
  const doc = new Y.Doc();
  for (const { snapshot, tail } of copies) {
    for (const update of snapshot ? [snapshot, ...tail] : tail) Y.applyUpdate(doc, update);
  }
  return doc;
}

test("R6: two copies together hold what each holds, and the surplus is what the first lacks", async () => {
  let older = 0;
  await fc.assert(
    fc.property(
      fc.array(edit, { minLength: 1, maxLength: 30 }),
      fc.nat(),
      fc.nat(),
      fc.nat(),
      fc.nat(),
      (edits, firstEnd, secondEnd, firstCompacted, secondCompacted) => {
        const updates = updatesOf(edits);
        const copy = (end: number, compacted: number): StoredRoom => {
          const some = updates.slice(0, end % (updates.length + 1));
          return copyOf(some, compacted % (some.length + 1));
        };
        const first = copy(firstEnd, firstCompacted);
        const second = copy(secondEnd, secondCompacted);

        const { whole, surplus } = compareCopies(first, second);

        const both = documentOf(first, second);
        const together = new Y.Doc();
        Y.applyUpdate(together, whole);
        expect(Y.encodeStateAsUpdate(together)).toEqual(Y.encodeStateAsUpdate(both));
        const before = Y.encodeStateAsUpdate(documentOf(first));
        const lacks = Buffer.compare(before, Y.encodeStateAsUpdate(both)) !== 0;
        expect(surplus !== null).toBe(lacks);
        if (!lacks) older++;
        if (!surplus) return;
        const completed = documentOf(first);
        Y.applyUpdate(completed, surplus);
        expect(Y.encodeStateAsUpdate(completed)).toEqual(Y.encodeStateAsUpdate(both));
      },
    ),
    { seed: seeded("two copies"), numRuns: 300 },
  );
  expect(older).toBeGreaterThan(0);
});

test("R6: an older copy that lacks only a delete is seen to lack nothing, a newer one to have more", () => {
  const doc = new Y.Doc();
  doc.getText("text").insert(0, "abcdef");
  const before = { snapshot: Y.encodeStateAsUpdate(doc), tail: [], cursor };
  doc.getText("text").delete(2, 2);
  const after = { snapshot: Y.encodeStateAsUpdate(doc), tail: [], cursor };
  expect(compareCopies(after, before)).toEqual({ whole: after.snapshot, surplus: null });
  expect(compareCopies(before, after).surplus).not.toBeNull();
});
