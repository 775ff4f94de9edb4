import { finish } from "@homeroom/protocol";
import { expect, it } from "vitest";
import * as Y from "yjs";
import { encoding } from "../../src/home/encoding.js";
import { content, editAtRandom } from "../harness/editing.js";
import { chooseSeed, Random } from "../harness/random.js";

/** A document of several clients, with much deleted. */
function history(random: Random): Y.Doc {
  const writers = [3, 1, 2].map((client) => {
    const doc = new Y.Doc();
    doc.clientID = client;
    return doc;
  });
  for (let i = 0; i < 60; i++) {
    const writer = random.pick(writers);
    editAtRandom(writer, random);
    for (const other of writers) Y.applyUpdate(other, Y.encodeStateAsUpdate(writer));
  }
  return writers[0] as Y.Doc;
}

const seed = chooseSeed();

it(`W4: where nothing is edited meanwhile, it is what Yjs encodes, HOMEROOM_SEED=${seed}`, () => {
  const random = new Random(seed);
  for (let run = 0; run < 10; run++) {
    const doc = history(random);
    expect(finish(encoding(doc, 3))).toEqual(Y.encodeStateAsUpdate(doc));
  }
});

it(`W4: edits meanwhile and what was encoded are all of it, HOMEROOM_SEED=${seed}`, () => {
  const random = new Random(seed);
  for (let run = 0; run < 10; run++) {
    const doc = history(random);
    const since: Uint8Array[] = [];
    const steps = encoding(doc, 3);
    doc.on("update", (update: Uint8Array) => since.push(update));
    let step = steps.next();
    for (; !step.done; step = steps.next()) if (random.chance(0.5)) editAtRandom(doc, random);
    expect(since.length).toBeGreaterThan(0);
    const copy = new Y.Doc();
    // In one, as Yjs may tidy up between two.
    Y.applyUpdate(copy, Y.mergeUpdates([step.value, ...since]));
    expect(copy.store.pendingStructs).toBeNull();
    expect(Y.encodeStateVector(copy)).toEqual(Y.encodeStateVector(doc));
    expect(content(copy)).toEqual(content(doc));
  }
});

it(`W2: what was added since a state vector, HOMEROOM_SEED=${seed}`, () => {
  const random = new Random(seed);
  for (let run = 0; run < 10; run++) {
    const doc = history(random);
    const before = Y.encodeStateAsUpdate(doc);
    const vector = Y.decodeStateVector(Y.encodeStateVector(doc));
    const deletes = new Map<number, (readonly [number, number])[]>();
    doc.transact((transaction) => {
      for (let i = 0; i < 5; i++) editAtRandom(doc, random);
      for (const [client, items] of transaction.deleteSet.clients) {
        deletes.set(
          client,
          items.map(({ clock, len }) => [clock, clock + len] as const),
        );
      }
    });
    const added = finish(encoding(doc, 3, { vector, deletes }));
    const copy = new Y.Doc();
    Y.applyUpdate(copy, Y.mergeUpdates([before, added]));
    expect(content(copy)).toEqual(content(doc));
    expect(added.length).toBeLessThan(Y.encodeStateAsUpdate(doc).length);
  }
});
