import fc from "fast-check";
import * as Y from "yjs";

/** Client ids whose varints take one to five bytes. */
export const CLIENTS = [5, 130, 70_000, 3_000_000_000, 2 ** 32 - 1] as const;

/** What one client does; `at`, `much` and `what` are taken modulo what there is. */
interface Edit {
  readonly client: number;
  readonly action: Action;
  readonly at: number;
  readonly much: number;
  readonly what: number;
}

const TEXTS = [
  "a",
  "typed ",
  "ö",
  "€uro",
  "👩‍👩‍👧",
  "𝒳",
  "\u{10ffff}",
  "\ud83d",
  "\ude00",
  "\u0000",
  "\n",
];
const VALUES = [
  null,
  undefined,
  true,
  false,
  0,
  -0,
  -1,
  2 ** 31 - 1,
  -(2 ** 31),
  2 ** 40,
  0.5,
  0.1,
  Number.NaN,
  Number.NEGATIVE_INFINITY,
  "",
  "text 🎉",
  {},
  [],
  { deep: [{ er: [1, { and: { deeper: new Uint8Array([1, 2]) } }] }], 'k"€y': undefined },
  { big: 2n ** 63n - 1n, less: -(2n ** 63n) },
  new Uint8Array(0),
  new Uint8Array([0, 255, 128]),
];

const pick = <T>(from: readonly T[], index: number): T => from[index % from.length] as T;

/** The length that a type has, and a place in it. */
const place = (length: number, at: number): number => at % (length + 1);

const sharedTypes = [
  () => new Y.Array(),
  () => new Y.Map([["key", 1]]),
  () => new Y.Text("nested"),
  () => new Y.XmlElement("div"),
  () => new Y.XmlFragment(),
  () => new Y.XmlHook("hook"),
  () => new Y.XmlText("xml"),
] as const;

const sharedType = (what: number) => pick(sharedTypes, what)();

const actions = {
  type: (doc, { at, what }) => {
    const body = doc.getText("text");
    body.insert(place(body.length, at), pick(TEXTS, what));
  },
  erase: (doc, { at, much }) => {
    const body = doc.getText("text");
    const from = place(body.length, at);
    body.delete(from, Math.min(much % 9, body.length - from));
  },
  format: (doc, { at, much, what }) => {
    const body = doc.getText("text");
    const from = place(body.length, at);
    const value = pick([true, null, { color: "#f0f" }, "x"], what);
    body.format(from, Math.min(much % 9, body.length - from), { bold: value });
  },
  embed: (doc, { at, what }) => {
    const body = doc.getText("text");
    const embed = what % 2 === 0 ? { image: "🖼", size: [1, 2] } : new Y.Map();
    body.insertEmbed(place(body.length, at), embed, { alt: "x" });
  },
  push: (doc, { at, much, what }) => {
    const list = doc.getArray("list");
    // A Y.Array takes no `undefined` but within other values.
    const values = Array.from({ length: 1 + (much % 3) }, (_, i) => pick(VALUES, what + i) ?? null);
    list.insert(place(list.length, at), values);
  },
  nest: (doc, { at, what }) => {
    const list = doc.getArray("list");
    list.insert(place(list.length, at), [sharedType(what)]);
  },
  enter: (doc, { at, what }) => {
    const into = doc.getArray("list").get(at % Math.max(1, doc.getArray("list").length));
    if (into instanceof Y.XmlFragment) into.insert(0, [new Y.XmlText("in"), new Y.XmlElement("b")]);
    else if (into instanceof Y.XmlText || into instanceof Y.Text) into.insert(0, pick(TEXTS, what));
    else if (into instanceof Y.Array)
      into.insert(0, [sharedType(what), pick(VALUES, what) ?? null]);
    else if (into instanceof Y.Map) into.set(pick(TEXTS, what), sharedType(what));
  },
  remove: (doc, { at, much }) => {
    const list = doc.getArray("list");
    const from = place(list.length, at);
    list.delete(from, Math.min(much % 4, list.length - from));
  },
  set: (doc, { at, what }) => {
    doc.getMap("map").set(pick(["a", "b", "", "constructor", "__proto__"], at), pick(VALUES, what));
  },
  unset: (doc, { at }) => {
    doc.getMap("map").delete(pick(["a", "b", "", "constructor", "__proto__"], at));
  },
  subdocument: (doc, { at, what }) => {
    const options = pick([{}, { gc: false, meta: { a: [1] } }, { autoLoad: true }], what);
    doc.getMap("map").set(pick(["a", "doc"], at), new Y.Doc({ guid: `guid ${at}`, ...options }));
  },
  draw: (doc, { at, what }) => {
    const page = doc.getXmlFragment("xml");
    const node = what % 2 === 0 ? new Y.XmlElement("p") : new Y.XmlText("words");
    if (node instanceof Y.XmlElement) node.setAttribute("class", pick(TEXTS, what));
    page.insert(place(page.length, at), [node]);
  },
  cut: (doc, { at }) => {
    const page = doc.getXmlFragment("xml");
    if (page.length > 0) page.delete(at % page.length, 1);
  },
} satisfies Record<string, (doc: Y.Doc, edit: Edit) => void>;

type Action = keyof typeof actions;
const names = Object.keys(actions) as Action[];

type Step =
  | { readonly kind: "edit"; readonly edit: Edit }
  /** One client takes what another has. */
  | { readonly kind: "sync"; readonly from: number; readonly to: number }
  | { readonly kind: "undo" | "redo"; readonly client: number };

const client = fc.nat(CLIENTS.length - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .record({
        client,
        action: fc.constantFrom(...names),
        at: fc.nat(40),
        much: fc.nat(40),
        what: fc.nat(100),
      })
      .map((edit) => ({ kind: "edit" as const, edit })),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("sync" as const), from: client, to: client }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom("undo" as const, "redo" as const), client }),
  },
);

/** What some clients did together. */
export interface Session {
  /** Each client's document at the end. */
  readonly docs: readonly Y.Doc[];
  /** What each transaction emitted, in the order of time. */
  readonly updates: readonly Uint8Array[];
}

/** Clients that edit all shared types with all kinds of content, and sync now and then. */
export const sessions = (maxLength: number): fc.Arbitrary<Session> =>
  fc.array(step, { minLength: 1, maxLength, size: "max" }).map(runSession);

function runSession(steps: readonly Step[]): Session {
  const updates: Uint8Array[] = [];
  const docs = CLIENTS.map((clientId) => {
    const doc = new Y.Doc();
    doc.clientID = clientId;
    doc.on("update", (emitted: Uint8Array) => updates.push(emitted));
    return doc;
  });
  const managers = docs.map((doc) => {
    const roots = [doc.getText("text"), doc.getArray("list"), doc.getMap("map")];
    return new Y.UndoManager(roots, { captureTimeout: 0 });
  });
  for (const each of steps) {
    switch (each.kind) {
      case "edit": {
        const doc = docs[each.edit.client] as Y.Doc;
        doc.transact(() => actions[each.edit.action](doc, each.edit));
        break;
      }
      case "sync":
        sync(docs[each.from] as Y.Doc, docs[each.to] as Y.Doc);
        break;
      default:
        managers[each.client]?.[each.kind]();
    }
  }
  return { docs, updates };
}

function sync(from: Y.Doc, to: Y.Doc): void {
  Y.applyUpdate(to, Y.encodeStateAsUpdate(from, Y.encodeStateVector(to)));
}

/** Everybody's edits in one document. */
export function joined({ docs }: Session): Y.Doc {
  const all = new Y.Doc();
  for (const doc of docs) sync(doc, all);
  return all;
}

/** Takes some: those whose bit is set in `mask`, which repeats. */
export const some = <T>(from: readonly T[], mask: number): T[] =>
  from.filter((_, i) => ((mask >>> (i % 31)) & 1) === 1);
