import { getSchema } from "@tiptap/core";
import { Blockquote } from "@tiptap/extension-blockquote";
import { Bold } from "@tiptap/extension-bold";
import { Document } from "@tiptap/extension-document";
import { Heading } from "@tiptap/extension-heading";
import { BulletList, ListItem } from "@tiptap/extension-list";
import { Paragraph } from "@tiptap/extension-paragraph";
import { Text } from "@tiptap/extension-text";
import type { Node, NodeType } from "@tiptap/pm/model";
import {
  AllSelection,
  EditorState,
  type PluginView,
  TextSelection,
  type Transaction,
} from "@tiptap/pm/state";
import { canSplit, findWrapping, liftTarget } from "@tiptap/pm/transform";
import type { EditorView } from "@tiptap/pm/view";
import { ySyncPlugin, ySyncPluginKey, yXmlFragmentToProseMirrorRootNode } from "@tiptap/y-tiptap";
import fc from "fast-check";
import { expect, it } from "vitest";
import { applyUpdate, Doc, encodeStateAsUpdate, encodeStateVector, XmlElement } from "yjs";
import { lighten } from "../src/document/text/light-binding.js";

const schema = getSchema([
  ...[Document, Paragraph, Text, Heading, Blockquote, BulletList, ListItem, Bold],
]);

const typeOf = (name: string): NodeType => {
  const type = schema.nodes[name];
  if (type === undefined) throw new Error(`the schema has no ${name}`);
  return type;
};

/** As much of an editor as the binding to Yjs needs: no page. */
class Writer {
  readonly doc = new Doc();
  readonly fragment = this.doc.getXmlFragment("default");
  state = EditorState.create({ schema, plugins: [lighten(ySyncPlugin(this.fragment))] });
  readonly #views: PluginView[] = [];

  constructor() {
    const view = this as unknown as EditorView;
    for (const { spec } of this.state.plugins) {
      if (spec.view !== undefined) this.#views.push(spec.view(view));
    }
  }

  /** With everything selected: what becomes of a caret is another matter. */
  change(transaction: Transaction): void {
    this.dispatch(transaction.setSelection(new AllSelection(transaction.doc)));
  }

  putCaret(where: number): void {
    const { doc, tr } = this.state;
    const place = doc.resolve(where % (doc.content.size + 1));
    this.dispatch(tr.setSelection(TextSelection.near(place)));
  }

  dispatch(transaction: Transaction): void {
    const before = this.state;
    this.state = before.apply(transaction);
    for (const view of this.#views) view.update?.(this as unknown as EditorView, before);
  }

  hasFocus(): boolean {
    return false;
  }

  takeFrom(other: Writer): void {
    applyUpdate(this.doc, encodeStateAsUpdate(other.doc, encodeStateVector(this.doc)), "remote");
  }

  /** Every node that is kept is the one that a new editor would show. */
  check(): void {
    // ProseMirror shows an empty paragraph where Yjs has nothing.
    if (this.fragment.length === 0) return;
    const fresh = yXmlFragmentToProseMirrorRootNode(this.fragment, schema);
    expect(this.state.doc.toJSON()).toEqual(fresh.toJSON());
    const { mapping } = ySyncPluginKey.getState(this.state).binding;
    const visit = (element: XmlElement | Writer["fragment"], node: Node): void => {
      const children = element.toArray().filter((child) => child instanceof XmlElement);
      for (const [index, child] of children.entries()) {
        const shown = node.child(index);
        expect(mapping.get(child)?.toJSON()).toEqual(shown.toJSON());
        visit(child, shown);
      }
    };
    visit(this.fragment, this.state.doc);
  }
}

/** One thing that somebody does, anywhere; null where it cannot be done. */
function change(state: EditorState, what: string, where: number, text: string): Transaction | null {
  const { doc, tr } = state;
  const at = where % (doc.content.size + 1);
  const to = Math.min(at + 1 + (where % 7), doc.content.size);
  const $at = doc.resolve(at);
  const range = $at.blockRange(doc.resolve(to));
  switch (what) {
    case "type":
      return $at.parent.isTextblock ? tr.insertText(text, at) : null;
    case "delete":
      return tr.delete(at, to);
    case "split":
      return canSplit(doc, at) ? tr.split(at) : null;
    case "bold":
      return tr.addMark(at, to, schema.mark("bold"));
    case "heading":
      return tr.setBlockType(at, to, typeOf(where % 2 === 0 ? "heading" : "paragraph"));
    case "wrap": {
      const type = typeOf(where % 2 === 0 ? "bulletList" : "blockquote");
      const wrapping = range && findWrapping(range, type);
      return range && wrapping ? tr.wrap(range, wrapping) : null;
    }
    case "lift": {
      const depth = range && liftTarget(range);
      return range && typeof depth === "number" ? tr.lift(range, depth) : null;
    }
    default: {
      // A block is dragged to the other end.
      const block = doc.child(where % doc.childCount);
      let start = 0;
      for (let index = 0; index < where % doc.childCount; index++)
        start += doc.child(index).nodeSize;
      if (doc.childCount < 2) return null;
      tr.delete(start, start + block.nodeSize);
      return tr.insert(where % 2 === 0 ? 0 : tr.doc.content.size, block);
    }
  }
}

interface Step {
  readonly who: number;
  readonly what: string;
  readonly where: number;
  readonly text: string;
  readonly meet: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  who: fc.nat(1),
  what: fc.constantFrom(
    ...["type", "type", "delete", "split", "bold", "heading", "wrap", "lift", "drag"],
  ),
  where: fc.nat(200),
  text: fc.string({ minLength: 1, maxLength: 4 }),
  meet: fc.boolean(),
});

it("nodes that are kept are what a new editor would show, whatever two people do", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 60 }), (steps) => {
      const writers = [new Writer(), new Writer()] as const;
      const [ada, grace] = writers;
      ada.change(ada.state.tr.insertText("one two three", 1).split(8).split(4));
      grace.change(grace.state.tr);
      grace.takeFrom(ada);
      for (const { who, what, where, text, meet } of steps) {
        const writer = writers[who] ?? ada;
        const transaction = change(writer.state, what, where, text);
        if (transaction?.docChanged) writer.change(transaction);
        if (!meet) continue;
        // Each repairs what the other's changes have broken, such as a list without items.
        for (let round = 0; round < 3; round++) {
          ada.takeFrom(grace);
          grace.takeFrom(ada);
        }
        ada.check();
        grace.check();
        expect(ada.state.doc.toJSON()).toEqual(grace.state.doc.toJSON());
      }
    }),
    { numRuns: 200 },
  );
});

/** After which y-tiptap by itself looks for a caret behind the end: "Position 18 out of range". */
const JOINED: readonly Step[] = [
  { who: 1, what: "bold", where: 77, text: " ", meet: false },
  { who: 0, what: "delete", where: 33, text: " ", meet: false },
  { who: 0, what: "type", where: 0, text: " ", meet: false },
  { who: 0, what: "type", where: 0, text: " ", meet: false },
  { who: 0, what: "type", where: 0, text: " ", meet: true },
];

it("every remote change is shown, wherever the carets are", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 60 }), (steps) => {
      const writers = [new Writer(), new Writer()] as const;
      const [ada, grace] = writers;
      ada.dispatch(ada.state.tr.insertText("one two three", 1).split(8).split(4));
      grace.takeFrom(ada);
      for (const { who, what, where, text, meet } of steps) {
        const writer = writers[who] ?? ada;
        writer.putCaret(where * 7);
        const transaction = change(writer.state, what, where, text);
        if (transaction?.docChanged) writer.dispatch(transaction);
        if (!meet) continue;
        for (let round = 0; round < 3; round++) {
          ada.takeFrom(grace);
          grace.takeFrom(ada);
        }
        ada.check();
        grace.check();
        expect(ada.state.doc.toJSON()).toEqual(grace.state.doc.toJSON());
      }
    }),
    { numRuns: 300, examples: [[[...JOINED]]] },
  );
});
