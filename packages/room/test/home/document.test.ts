import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { RoomDocument } from "../../src/home/document.js";
import { copyOf, edit, scanned } from "../harness/updates.js";

const MIB = 1024 * 1024;

/** A document of a title and some paragraphs in bold. */
function sample(): Y.Doc {
  const doc = new Y.Doc();
  doc.getMap("meta").set("title", "Sample");
  doc.getText("text").insert(0, "one two three");
  doc.getText("text").delete(3, 4);
  return doc;
}

const textOf = (updates: readonly Uint8Array[]): string => {
  const doc = new Y.Doc();
  for (const update of updates) Y.applyUpdate(doc, update);
  return doc.getText("text").toString();
};

describe("RoomDocument", () => {
  it("M2: emits what Yjs made of the updates, one update for a batch", () => {
    const doc = sample();
    const document = new RoomDocument(Y.encodeStateAsUpdate(doc), []);
    const first = edit(doc, () => doc.getText("text").insert(0, "a"));
    const second = edit(doc, () => doc.getText("text").insert(1, "b"));

    const { emitted, complete } = document.apply([scanned(first), scanned(second)]);

    expect(complete).toEqual([true, true]);
    expect(emitted).toHaveLength(1);
    expect(textOf([Y.encodeStateAsUpdate(doc)])).toBe("abone three");
    expect(emitted[0]).not.toEqual(first);
    expect(document.apply([scanned(first)])).toEqual({ emitted: [], complete: [true] });
  });

  it("M2: emits also what Yjs tidies up after concurrent formatting", () => {
    // Yjs removes marks that have become redundant in a transaction of its own, which comes after
    // that of the update and is told of by a second event.
    const a = new Y.Doc();
    a.clientID = 1;
    const paragraph = new Y.XmlText("hello world");
    a.getXmlFragment("default").insert(0, [paragraph]);
    const b = copyOf(a);
    b.clientID = 2;
    const base = Y.encodeStateAsUpdate(a);
    const updates = [
      edit(a, () => paragraph.format(0, 5, { bold: true })),
      edit(b, () => {
        (b.getXmlFragment("default").get(0) as Y.XmlText).format(0, 5, { bold: true });
      }),
      edit(b, () => {
        (b.getXmlFragment("default").get(0) as Y.XmlText).format(2, 8, { bold: true });
      }),
    ];
    const document = new RoomDocument(base, []);
    const reader = new Y.Doc();
    Y.applyUpdate(reader, base);

    const emissions = updates.map((update) => document.apply([scanned(update)]).emitted);
    for (const update of emissions.flat()) Y.applyUpdate(reader, update);

    expect(emissions.some((emitted) => emitted.length > 1)).toBe(true);
    expect(reader.store.pendingStructs).toBeNull();
    expect(Y.encodeStateAsUpdate(reader)).toEqual(document.encode());
    const joined = new Y.Doc();
    for (const update of document.since(Uint8Array.of(0), MIB)) Y.applyUpdate(joined, update);
    expect(joined.getXmlFragment("default").toString()).toBe(
      reader.getXmlFragment("default").toString(),
    );
  });
});
