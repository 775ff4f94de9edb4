import type * as Y from "yjs";
import { Doc, XmlElement, XmlText } from "../load/yjs.js";

/** Where Tiptap keeps its text. */
export const FIELD = "default";

const WORDS =
  "the home of a room holds its document in memory and writes every edit to a journal before it says so".split(
    " ",
  );

/** A document of rich text: a heading every fifty blocks, else paragraphs of some twenty words. */
export function longDocument(paragraphs: number): Y.Doc {
  const doc = new Doc();
  doc.transact(() => {
    const blocks = Array.from({ length: paragraphs }, (_, index) => block(index));
    doc.getXmlFragment(FIELD).insert(0, blocks);
  });
  return doc;
}

function block(index: number): Y.XmlElement {
  const isHeading = index % 50 === 0;
  const element = new XmlElement(isHeading ? "heading" : "paragraph");
  if (isHeading) element.setAttribute("level", "2");
  const words = Array.from({ length: 20 }, (_, at) => WORDS[(index + at * at) % WORDS.length]);
  const text = isHeading ? `Section ${index / 50 + 1}` : `${index}: ${words.join(" ")}.`;
  element.insert(0, [new XmlText(text)]);
  return element;
}
