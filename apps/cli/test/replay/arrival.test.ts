import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { arrivalOf, hasArrived } from "../../src/replay/arrival.js";

function edited(change: (text: Y.Text) => void, before: readonly Uint8Array[] = []): Uint8Array {
  const doc = new Y.Doc();
  for (const update of before) Y.applyUpdate(doc, update);
  let made: Uint8Array = new Uint8Array();
  doc.on("update", (update: Uint8Array) => {
    made = update;
  });
  doc.transact(() => change(doc.getText("text")));
  return made;
}

describe("CL10: whether an edit has reached a client", () => {
  it("knows insertions and deletions", () => {
    const insertion = edited((text) => text.insert(0, "abc"));
    const deletion = edited((text) => text.delete(1, 1), [insertion]);
    const doc = new Y.Doc();
    expect(hasArrived(doc, arrivalOf(insertion))).toBe(false);
    expect(hasArrived(doc, arrivalOf(deletion))).toBe(false);
    Y.applyUpdate(doc, insertion);
    expect(hasArrived(doc, arrivalOf(insertion))).toBe(true);
    // A state vector says the same before and after a deletion.
    expect(hasArrived(doc, arrivalOf(deletion))).toBe(false);
    Y.applyUpdate(doc, deletion);
    expect(hasArrived(doc, arrivalOf(deletion))).toBe(true);
  });

  it("waits for all of an edit that replaces", () => {
    const first = edited((text) => text.insert(0, "abc"));
    const replacement = edited(
      (text) => {
        text.delete(0, 2);
        text.insert(0, "x");
      },
      [first],
    );
    const doc = new Y.Doc();
    Y.applyUpdate(doc, first);
    expect(hasArrived(doc, arrivalOf(replacement))).toBe(false);
    Y.applyUpdate(doc, replacement);
    expect(hasArrived(doc, arrivalOf(replacement))).toBe(true);
  });
});
