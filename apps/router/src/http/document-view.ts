import {
  applyUpdate,
  ContentEmbed,
  ContentFormat,
  ContentString,
  ContentType,
  Doc,
  Text,
  XmlElement,
  type XmlFragment,
  XmlHook,
  XmlText,
} from "yjs";
import { Problem } from "./problem.js";

/**
 * The plain text of one root of a document. Of an XML fragment, as rich text editors use, the
 * text of its blocks, one line each.
 *
 * @param update The whole document as a V1 update.
 * @param root Null where the document has but one.
 * @throws Problem ROOT_REQUIRED, ROOT_ABSENT, ROOT_NOT_TEXT or NOT_RENDERABLE.
 */
export function renderText(update: Uint8Array, root: string | null): string {
  return render(update, (doc) => {
    const name = root ?? onlyRoot(doc);
    if (name === null) return "";
    switch (rootKind(doc, name)) {
      case "empty":
        return "";
      case "text":
        return doc.getText(name).toString();
      case "xml":
        return textOf(doc.getXmlFragment(name));
      case "array":
      case "map":
        throw new Problem("ROOT_NOT_TEXT", `the root '${name}' is no text; ask with as=json`);
    }
  });
}

/**
 * One root as JSON, or without `root` an object of all. Texts and XML fragments are strings (the
 * latter with their markup), binary values are base64, a root that was emptied is null because
 * nothing tells its type any more.
 *
 * @throws Problem ROOT_ABSENT or NOT_RENDERABLE.
 */
export function renderJson(update: Uint8Array, root: string | null): string {
  return render(update, (doc) => {
    const value =
      root === null
        ? Object.fromEntries([...doc.share.keys()].map((name) => [name, jsonOf(doc, name)]))
        : jsonOf(doc, root);
    return JSON.stringify(value, (_, member: unknown) => {
      if (member instanceof Uint8Array) return Buffer.from(member).toString("base64");
      return typeof member === "bigint" ? member.toString() : member;
    });
  });
}

function render(update: Uint8Array, view: (doc: Doc) => string): string {
  // Nothing is edited here, so there is nothing to gain from collecting what was deleted.
  const doc = new Doc({ gc: false });
  try {
    applyUpdate(doc, update);
    return view(doc);
  } catch (error) {
    // Yjs and JSON descend by recursion: nesting that no editor makes overflows the stack.
    if (!(error instanceof RangeError)) throw error;
    throw new Problem("NOT_RENDERABLE", "the document is nested too deeply; ask with as=update", {
      cause: error,
    });
  } finally {
    doc.destroy();
  }
}

function onlyRoot(doc: Doc): string | null {
  const names = [...doc.share.keys()];
  if (names.length <= 1) return names[0] ?? null;
  throw new Problem("ROOT_REQUIRED", `name a root with root=; the document has ${list(doc)}`);
}

function jsonOf(doc: Doc, name: string): unknown {
  switch (rootKind(doc, name)) {
    case "empty":
      return null;
    case "text":
      return doc.getText(name).toJSON();
    case "xml":
      return doc.getXmlFragment(name).toJSON();
    case "array":
      return doc.getArray(name).toJSON();
    case "map":
      return doc.getMap(name).toJSON();
  }
}

type RootKind = "text" | "xml" | "array" | "map" | "empty";

/** An update does not say what its roots are; what they hold does. */
function rootKind(doc: Doc, name: string): RootKind {
  const root = doc.share.get(name);
  if (root === undefined) {
    throw new Problem("ROOT_ABSENT", `there is no root '${name}'; the document has ${list(doc)}`);
  }
  for (let item = root._start; item !== null; item = item.right) {
    if (item.deleted) continue;
    const { content } = item;
    if (content instanceof ContentString) return "text";
    if (content instanceof ContentFormat || content instanceof ContentEmbed) return "text";
    return content instanceof ContentType && isXml(content.type) ? "xml" : "array";
  }
  return [...root._map.values()].some((item) => !item.deleted) ? "map" : "empty";
}

const isXml = (type: unknown): boolean =>
  type instanceof XmlElement || type instanceof XmlText || type instanceof XmlHook;

/** Editors' words for a line break within a block. */
const LINE_BREAKS = new Set(["hardBreak", "hard_break", "br", "linebreak"]);

/** A block that holds text is one line; one that holds blocks has theirs. */
function textOf(parent: XmlFragment): string {
  const children = parent.toArray();
  const isLine = children.some((child) => child instanceof XmlText);
  const texts = children.map((child) => {
    // Its own toString would write formatting as tags.
    if (child instanceof XmlText) return Text.prototype.toString.call(child);
    if (!(child instanceof XmlElement)) return "";
    return LINE_BREAKS.has(child.nodeName) ? "\n" : textOf(child);
  });
  return texts.join(isLine ? "" : "\n");
}

/** At most this many roots are named in an error. */
const NAMED_ROOTS = 20;

function list(doc: Doc): string {
  const names = [...doc.share.keys()];
  if (names.length === 0) return "none";
  const more = names.length > NAMED_ROOTS ? ", …" : "";
  return (
    names
      .slice(0, NAMED_ROOTS)
      .map((name) => `'${name}'`)
      .join(", ") + more
  );
}
