import type { Random } from "@homeroom/testkit";
import * as Y from "yjs";

/** Values that decoders get wrong: ends of ranges, overlong and unfinished varints. */
const spitefulBytes: readonly (readonly number[])[] = [
  [0x00],
  [0x7f],
  [0x80],
  [0xff],
  [0x80, 0x00],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f],
  Array.from({ length: 12 }, () => 0x80),
];

type Mutation = (update: Uint8Array, random: Random, other: Uint8Array) => Uint8Array;

const splice = (bytes: Uint8Array, at: number, removed: number, added: Iterable<number>) =>
  Uint8Array.from([...bytes.slice(0, at), ...added, ...bytes.slice(at + removed)]);

const place = (bytes: Uint8Array, random: Random) => random.integer(0, bytes.length);

const mutations: readonly Mutation[] = [
  // A bit flipped.
  (update, random) => {
    const bytes = update.slice();
    const at = random.integer(0, bytes.length - 1);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.integer(0, 7));
    return bytes;
  },
  // A byte replaced by what decoders get wrong.
  (update, random) => splice(update, place(update, random), 1, random.pick(spitefulBytes)),
  // Bytes put in, taken out, cut off, said twice.
  (update, random) => splice(update, place(update, random), 0, random.bytes(random.integer(1, 8))),
  (update, random) => splice(update, place(update, random), random.integer(1, 8), []),
  (update, random) => update.slice(0, place(update, random)),
  (update, random) => {
    const at = place(update, random);
    return splice(update, at, 0, update.slice(at, at + random.integer(1, 16)));
  },
  // The head of one update and the tail of another.
  (update, random, other) =>
    splice(
      update.slice(0, place(update, random)),
      update.length,
      0,
      other.slice(place(other, random)),
    ),
  // A small number added to a byte: clocks, lengths and references a little off.
  (update, random) => {
    const bytes = update.slice();
    const at = random.integer(0, bytes.length - 1);
    bytes[at] = ((bytes[at] ?? 0) + random.integer(-2, 2)) & 0xff;
    return bytes;
  },
  // Not an update at all.
  (_update, random) => random.bytes(random.integer(0, 64)),
];

/** One of `corpus`, altered once or a few times. The same random stream alters it the same way. */
export function mutate(corpus: readonly Uint8Array[], random: Random): Uint8Array {
  let update = random.pick(corpus);
  const times = random.chance(0.7) ? 1 : random.integer(2, 4);
  for (let time = 0; time < times && update.length > 0; time++) {
    update = random.pick(mutations)(update, random, random.pick(corpus));
  }
  return update;
}

/** Real updates of every kind of content, made by a few authors who edit at once. */
export function realUpdates(random: Random, count: number): readonly Uint8Array[] {
  const updates: Uint8Array[] = [];
  const authors = [1, 2, 3].map((number) => {
    const doc = new Y.Doc();
    doc.clientID = 1_000 * number;
    doc.on("update", (update: Uint8Array, origin: unknown) => {
      if (origin !== "remote") updates.push(update);
    });
    return doc;
  });
  while (updates.length < count) {
    const doc = random.pick(authors);
    doc.transact(() => random.pick(changes)(doc, random));
    const behind = random.pick(authors);
    if (behind !== doc && random.chance(0.5)) {
      const missing = Y.encodeStateAsUpdate(doc, Y.encodeStateVector(behind));
      Y.applyUpdate(behind, missing, "remote");
    }
  }
  return updates;
}

const changes: readonly ((doc: Y.Doc, random: Random) => void)[] = [
  (doc, random) => {
    const text = doc.getText("hostile-text");
    text.insert(random.integer(0, text.length), random.text(random.integer(1, 20)));
  },
  (doc, random) => {
    const text = doc.getText("hostile-text");
    if (text.length > 4) text.delete(random.integer(0, text.length - 4), 3);
    text.insert(0, "🏠 é", { bold: true, link: { href: "x" } });
  },
  (doc, random) => {
    const map = doc.getMap("hostile-map");
    map.set(random.text(2), { deep: [1, null, { x: random.next() }], bytes: random.bytes(4) });
    map.set("nested", new Y.Map([["key", new Y.Array()]]));
  },
  (doc, random) => {
    const array = doc.getArray("hostile-array");
    array.insert(random.integer(0, array.length), [random.next(), "s", true, random.bytes(3)]);
    if (array.length > 8) array.delete(random.integer(0, array.length - 4), 3);
  },
  (doc, random) => {
    const fragment = doc.getXmlFragment("hostile-xml");
    const element = new Y.XmlElement("p");
    element.setAttribute("level", random.text(3));
    element.insert(0, [new Y.XmlText(random.text(6)), new Y.XmlElement("br")]);
    fragment.insert(random.integer(0, fragment.length), [element]);
  },
];

/** Updates that stock servers swallow, and that break a room or stall the process. */
export function craftedUpdates(): readonly Uint8Array[] {
  const deep = new Y.Doc();
  deep.transact(() => {
    let array: Y.Array<unknown> = deep.getArray("hostile-deep");
    for (let level = 0; level < 5_000; level++) {
      const inner = new Y.Array<unknown>();
      array.insert(0, [inner]);
      array = inner;
    }
  });
  return [
    // 33 million structs claimed in seven bytes.
    Uint8Array.of(0x01, 0xff, 0xff, 0xff, 0x0f, 0x01, 0x00),
    // An overlong varint that decodes to NaN.
    Uint8Array.of(0x01, 0x01, 0x05, 0x05, 0x00, ...Array.from({ length: 147 }, () => 0x80), 0, 0),
    Y.encodeStateAsUpdate(deep),
  ];
}
