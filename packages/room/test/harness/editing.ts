import * as Y from "yjs";
import type { Random } from "./random.js";

type Edit = (doc: Y.Doc, random: Random) => void;

const words = (random: Random): string => `${random.below(1_000)} `.repeat(1 + random.below(4));

const value = (random: Random): unknown =>
  random.pick<() => unknown>([
    () => random.below(1_000),
    () => words(random),
    () => null,
    () => true,
    () => ({ nested: [random.below(10), { deep: words(random) }] }),
    () => Uint8Array.of(random.below(256), random.below(256)),
  ])();

/** A place and a length within `total`. */
function range(random: Random, total: number): [at: number, length: number] {
  const at = random.below(total);
  return [at, 1 + random.below(Math.min(5, total - at))];
}

function editText(text: Y.Text | Y.XmlText, random: Random): void {
  const mark = random.pick(["bold", "italic"]);
  switch (
    text.length > 0 ? random.weighted({ insert: 8, delete: 5, format: 8, embed: 1 }) : "insert"
  ) {
    case "insert":
      text.insert(random.below(text.length + 1), words(random));
      break;
    case "delete":
      text.delete(...range(random, text.length));
      break;
    case "format":
      text.format(...range(random, text.length), { [mark]: random.chance(0.6) ? true : null });
      break;
    case "embed":
      text.insertEmbed(random.below(text.length + 1), { image: words(random) });
  }
}

function editMap(map: Y.Map<unknown>, random: Random): void {
  const key = `key ${random.below(6)}`;
  switch (random.weighted({ delete: 2, map: 1, text: 1, value: 6 })) {
    case "delete":
      map.delete(key);
      break;
    case "map":
      map.set(key, new Y.Map([["inner", value(random)]]));
      break;
    case "text":
      map.set(key, new Y.Text(words(random)));
      break;
    case "value":
      map.set(key, value(random));
  }
  const inner = map.get(`key ${random.below(6)}`);
  if (inner instanceof Y.Map) inner.set(`inner ${random.below(3)}`, value(random));
  else if (inner instanceof Y.Text) editText(inner, random);
}

function editArray(array: Y.Array<unknown>, random: Random): void {
  if (array.length > 0 && random.chance(0.3)) array.delete(...range(random, array.length));
  else array.insert(random.below(array.length + 1), [value(random), value(random)]);
  if (random.chance(0.2)) array.push([new Y.Array()]);
  const inner = array.length > 0 ? array.get(random.below(array.length)) : null;
  if (inner instanceof Y.Array) inner.push([value(random)]);
}

function editXml(fragment: Y.XmlFragment, random: Random): void {
  const paragraph = fragment.length > 0 ? fragment.get(random.below(fragment.length)) : null;
  switch (paragraph ? random.weighted({ add: 1, remove: 1, attribute: 2, text: 10 }) : "add") {
    case "add": {
      const added = new Y.XmlElement(random.pick(["p", "h1"]));
      added.insert(0, [new Y.XmlText(words(random))]);
      fragment.insert(random.below(fragment.length + 1), [added]);
      break;
    }
    case "remove":
      fragment.delete(random.below(fragment.length), 1);
      break;
    case "attribute":
      if (paragraph instanceof Y.XmlElement) paragraph.setAttribute("class", words(random));
      break;
    case "text": {
      const inner = paragraph instanceof Y.XmlElement ? paragraph.get(0) : null;
      if (inner instanceof Y.XmlText) editText(inner, random);
    }
  }
}

const edits: readonly Edit[] = [
  (doc, random) => editText(doc.getText("text"), random),
  (doc, random) => editMap(doc.getMap("map"), random),
  (doc, random) => editArray(doc.getArray("array"), random),
  (doc, random) => editXml(doc.getXmlFragment("default"), random),
];

/** Changes something, somewhere; several things at once now and then. */
export function editAtRandom(doc: Y.Doc, random: Random): void {
  doc.transact(() => {
    do {
      random.pick(edits)(doc, random);
    } while (random.chance(0.2));
  });
}

/** All of a document that its users can see. */
export const content = (doc: Y.Doc): unknown => ({
  text: doc.getText("text").toDelta(),
  map: doc.getMap("map").toJSON(),
  array: doc.getArray("array").toJSON(),
  xml: doc.getXmlFragment("default").toString(),
});
