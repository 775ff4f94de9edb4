import * as fc from "fast-check";
import { expect, it } from "vitest";
import * as Y from "yjs";
import { mergeUpdates } from "../src/merge-updates.js";

/** What two people type in turn, an update for each edit. */
function typed(edits: readonly { writer: number; at: number; deletes: boolean }[]): Uint8Array[] {
  const updates: Uint8Array[] = [];
  const docs = [1, 2].map((clientID) => Object.assign(new Y.Doc(), { clientID }));
  for (const doc of docs) {
    doc.on("update", (update: Uint8Array, origin: unknown) => {
      if (origin !== "other") updates.push(update);
      for (const each of docs) if (each !== doc) Y.applyUpdate(each, update, "other");
    });
  }
  for (const { writer, at, deletes } of edits) {
    const text = docs[writer]?.getText("text");
    if (deletes && text && text.length > 0) text.delete(at % text.length, 1);
    else text?.insert(at % (text.length + 1), "word ");
  }
  return updates;
}

it("many updates say, merged, what Yjs makes of them", async () => {
  const edit = fc.record({ writer: fc.nat(1), at: fc.nat(5_000), deletes: fc.boolean() });
  const sessions = fc.array(edit, { minLength: 1, maxLength: 600, size: "max" });
  await fc.assert(
    fc.property(sessions, (edits) => {
      const updates = typed(edits);
      expect(mergeUpdates(updates)).toEqual(Y.mergeUpdates(updates));
    }),
    { numRuns: 30 },
  );
});

it("one update is given as it is, and none is no document", () => {
  const [update = new Uint8Array()] = typed([{ writer: 0, at: 0, deletes: false }]);
  expect(mergeUpdates([update])).toBe(update);
  expect(mergeUpdates([])).toEqual(Y.mergeUpdates([]));
});
