import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { RoomDocument } from "../../src/home/document.js";
import { content, editAtRandom } from "../harness/editing.js";
import { chooseSeed, Random } from "../harness/random.js";
import { copyOf, edit, nestedArrays, poison, scanned } from "../harness/updates.js";

/** How long applying may take, in milliseconds. */
const PATIENT = 2_000;

const MIB = 1024 * 1024;
const NOTHING = Uint8Array.of(0);

/** A document of a few types, with something deleted. */
function sample(): Y.Doc {
  const doc = new Y.Doc();
  doc.getMap("meta").set("title", "Sample");
  doc.getText("text").insert(0, "one two three");
  doc.getText("text").delete(3, 4);
  return doc;
}

const open = (doc: Y.Doc): RoomDocument => new RoomDocument(Y.encodeStateAsUpdate(doc), []);

function docOf(updates: readonly Uint8Array[]): Y.Doc {
  const doc = new Y.Doc();
  for (const update of updates) Y.applyUpdate(doc, update);
  return doc;
}

const textOf = (updates: readonly Uint8Array[]): string =>
  docOf(updates).getText("text").toString();

describe("applying", () => {
  it("M2: a document's first update is its base as it is, and what comes then is recent", () => {
    const doc = sample();
    const document = new RoomDocument(null, []);
    const whole = Y.encodeStateAsUpdate(doc);
    const { emitted } = document.apply([scanned(whole)], PATIENT);
    expect(emitted).toHaveLength(1);
    expect(document.encode()).toBe(emitted[0]);
    document.apply([scanned(edit(doc, () => doc.getText("text").insert(0, "a")))], PATIENT);
    document.rest();
    expect(content(docOf([document.encode()]))).toEqual(content(doc));
    expect(content(docOf([document.restored().encode()]))).toEqual(content(doc));
  });

  it("M2: emits what Yjs made of the updates, one update for a batch", () => {
    const doc = sample();
    const document = open(doc);
    const first = edit(doc, () => doc.getText("text").insert(0, "a"));
    const second = edit(doc, () => doc.getText("text").insert(1, "b"));

    const { emitted, complete } = document.apply([scanned(first), scanned(second)], PATIENT);

    expect(complete).toEqual([true, true]);
    expect(emitted).toHaveLength(1);
    expect(textOf([Y.encodeStateAsUpdate(doc)])).toBe("abone three");
    expect(emitted[0]).not.toEqual(first);
    expect(document.apply([scanned(first)], PATIENT)).toEqual({ emitted: [], complete: [true] });
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

    const emissions = updates.map((update) => document.apply([scanned(update)], PATIENT).emitted);
    for (const update of emissions.flat()) Y.applyUpdate(reader, update);

    expect(emissions.some((emitted) => emitted.length > 1)).toBe(true);
    expect(reader.store.pendingStructs).toBeNull();
    expect(Y.encodeStateAsUpdate(reader)).toEqual(document.encode());
    const joined = new Y.Doc();
    for (const update of document.since(NOTHING, MIB)) Y.applyUpdate(joined, update);
    expect(joined.getXmlFragment("default").toString()).toBe(
      reader.getXmlFragment("default").toString(),
    );
  });

  it("M5: an update that throws may still have emitted, which is not taken", () => {
    const [harmless, poisonous] = poison(9).map(scanned) as [Scanned, Scanned];
    const doc = new Y.Doc();
    const emitted: Uint8Array[] = [];
    doc.on("update", (update: Uint8Array) => emitted.push(update));
    Y.applyUpdate(doc, harmless.bytes);
    expect(() => Y.applyUpdate(doc, poisonous.bytes)).toThrow(TypeError);
    expect([emitted.length, doc.getText("t").toString()]).toEqual([2, "half"]);

    const document = open(new Y.Doc());
    document.apply([harmless], PATIENT);
    const before = document.since(NOTHING, MIB);
    expect(() => document.apply([poisonous], PATIENT)).toThrow(TypeError);
    const restored = document.restored();
    expect(restored.since(NOTHING, MIB)).toEqual(before);
    expect(docOf([restored.encode()]).getText("t").toString()).toBe("");
  });

  it("M4: what builds on something that is missing is left out, and what does not is taken", () => {
    const doc = new Y.Doc();
    edit(doc, () => doc.getText("text").insert(0, "lost "));
    const gap = edit(doc, () => doc.getText("text").insert(5, "builds on it"));
    const other = new Y.Doc();
    const whole = edit(other, () => other.getText("text").insert(0, "whole"));
    const document = open(new Y.Doc());
    const { emitted, complete } = document.apply([scanned(gap), scanned(whole)], PATIENT);
    expect(complete).toEqual([false, true]);
    expect(textOf(emitted)).toBe("whole");
    expect(document.wake().store.pendingStructs).toBeNull();
    // A delete of what is missing is a gap, too.
    const deletion = edit(doc, () => doc.getText("text").delete(0, 2));
    expect(document.apply([scanned(deletion)], PATIENT)).toEqual({
      emitted: [],
      complete: [false],
    });
  });

  it("M6: nesting is counted over all updates", () => {
    expect(() => open(new Y.Doc()).apply([scanned(nestedArrays(100))], PATIENT)).not.toThrow();
    expect(() => open(new Y.Doc()).apply([scanned(nestedArrays(101))], PATIENT)).toThrow("nested");
  });
});

type Scanned = ReturnType<typeof scanned>;

describe("joining", () => {
  it("J4: who has nothing is given the same bytes, and what is recent", () => {
    const doc = sample();
    const document = open(doc);
    const first = document.since(NOTHING, MIB);
    const change = edit(doc, () => doc.getText("text").insert(0, "a"));
    document.apply([scanned(change)], PATIENT);
    const [second, third] = [document.since(NOTHING, MIB), document.since(NOTHING, MIB)];
    expect(first).toHaveLength(1);
    expect(second).toHaveLength(2);
    // Not equal bytes only: nothing was encoded for the second and the third.
    expect(second[0]).toBe(first[0]);
    for (const [nth, update] of second.entries()) {
      expect(update.buffer === third[nth]?.buffer).toBe(true);
      expect(update.byteOffset).toBe(third[nth]?.byteOffset);
      expect(update.length).toBe(third[nth]?.length);
    }
    expect(textOf(second)).toBe("aone three");
  });

  it("J4: after many edits it is encoded anew, once", () => {
    const doc = sample();
    const document = open(doc);
    for (let i = 0; i < 300; i++) {
      document.apply([scanned(edit(doc, () => doc.getText("text").insert(0, `${i} `)))], PATIENT);
    }
    const [first, second] = [document.since(NOTHING, MIB), document.since(NOTHING, MIB)];
    expect(first).toHaveLength(1);
    expect(second[0]).toBe(first[0]);
    expect(textOf(first)).toBe(doc.getText("text").toString());
  });

  it("J4: the whole is encoded once, and then it is what who joins is given", () => {
    const doc = sample();
    const document = open(doc);
    document.apply([scanned(edit(doc, () => doc.getText("text").insert(0, "a")))], PATIENT);
    const whole = document.encode();
    expect(document.encode()).toBe(whole);
    const joining = document.since(NOTHING, MIB);
    expect(joining).toHaveLength(1);
    expect(joining[0]).toBe(whole);
    document.rest();
    expect(document.encode()).toBe(whole);
  });

  it("J4: slices are cut once, too", () => {
    const doc = new Y.Doc();
    for (let i = 0; i < 100; i++) doc.getMap("map").set(`${i}`, "x".repeat(50));
    const document = open(doc);
    const [first, second] = [document.since(NOTHING, 500), document.since(NOTHING, 500)];
    expect(first.length).toBeGreaterThan(5);
    expect(first.every((slice, i) => slice === second[i])).toBe(true);
  });

  it("J5: who has all of the base is given its deletes and what is recent", () => {
    const doc = sample();
    const document = open(doc);
    const behind = copyOf(doc);
    const change = edit(doc, () => doc.getText("text").insert(0, "a"));
    document.apply([scanned(change)], PATIENT);
    const lacking = document.since(Y.encodeStateVector(behind), MIB);
    expect(lacking.reduce((sum, update) => sum + update.length, 0)).toBeLessThan(60);
    for (const update of lacking) Y.applyUpdate(behind, update);
    expect(behind.getText("text").toString()).toBe("aone three");
  });

  it("M7: it knows what it lacks, edits and deletes", () => {
    const doc = sample();
    for (const live of [false, true]) {
      const document = open(doc);
      if (live) {
        document.apply(
          [scanned(edit(doc, () => doc.getText("text").insert(0, "recent ")))],
          PATIENT,
        );
      }
      const lacks = (bytes: Uint8Array): boolean => document.lacks(bytes, scanned(bytes).scan);
      expect(lacks(Y.encodeStateAsUpdate(doc))).toBe(false);
      expect(lacks(Uint8Array.of(0, 0))).toBe(false);
      const copy = copyOf(doc);
      expect(lacks(edit(copy, () => copy.getText("text").delete(0, 1)))).toBe(true);
      expect(lacks(edit(copy, () => copy.getText("text").insert(0, "x")))).toBe(true);
      expect(document.live).toBe(live);
    }
  });

  it("J8: records that are no updates are no document", () => {
    expect(() => new RoomDocument(Uint8Array.of(1), [])).toThrow();
    expect(() => new RoomDocument(null, [Uint8Array.of(1, 1, 1)])).toThrow();
  });
});

describe("any history", () => {
  // In the first three a client lost marks of rich text between two slices.
  const seeds = [101, 100_164, 100_186, chooseSeed()];

  it.each(seeds)("J4, J5, J6, L1: whoever joins gets all of it, HOMEROOM_SEED=%i", (seed) => {
    const random = new Random(seed);
    for (let run = 0; run < 8; run++) {
      const writers = [new Y.Doc(), new Y.Doc()];
      // Yjs goes by their order where two compete for a place.
      for (const writer of writers) writer.clientID = random.below(2 ** 31);
      const journal: Uint8Array[] = [];
      let snapshot: Uint8Array | null = null;
      let document = new RoomDocument(null, []);
      const clients: Y.Doc[] = [];
      for (let step = 0; step < 40; step++) {
        const writer = random.pick(writers);
        const before = Y.encodeStateVector(writer);
        for (const update of document.since(before, 200)) Y.applyUpdate(writer, update);
        const known = Y.encodeStateVector(docOf([document.encode()]));
        editAtRandom(writer, random);
        const { emitted, complete } = document.apply(
          [scanned(Y.encodeStateAsUpdate(writer, known))],
          PATIENT,
        );
        expect(complete).toEqual([true]);
        journal.push(...emitted);
        if (random.chance(0.3)) clients.push(docOf(document.since(NOTHING, 200)));
        if (random.chance(0.2)) document.rest();
        if (random.chance(0.1)) {
          snapshot = document.encode();
          journal.length = 0;
        }
        if (random.chance(0.1)) document = new RoomDocument(snapshot, journal);
        expect(document.stateVector().length).toBeGreaterThan(0);
      }
      const whole = docOf([document.encode()]);
      const stored = docOf(snapshot ? [snapshot, ...journal] : journal);
      expect(content(stored)).toEqual(content(whole));
      for (const client of [...clients, ...writers, new Y.Doc()]) {
        for (const update of document.since(Y.encodeStateVector(client), 200)) {
          Y.applyUpdate(client, update);
        }
        expect(client.store.pendingStructs).toBeNull();
        expect(content(client)).toEqual(content(whole));
      }
      // Not what a client encodes: it may have tidied up marks by itself.
      const bytes = Y.mergeUpdates([...document.since(NOTHING, 200)]);
      expect(document.lacks(bytes, scanned(bytes).scan)).toBe(false);
    }
  });
});
