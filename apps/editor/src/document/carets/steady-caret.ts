import { Extension } from "@tiptap/core";
import type { Node } from "@tiptap/pm/model";
import { type EditorState, Plugin, TextSelection, type Transaction } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import {
  absolutePositionToRelativePosition,
  relativePositionToAbsolutePosition,
  ySyncPluginKey,
} from "@tiptap/y-tiptap";
import {
  createAbsolutePositionFromRelativePosition,
  createRelativePositionFromTypeIndex,
  type Doc,
  getItem,
  type ID,
  type RelativePosition,
} from "yjs";
import { movedPosition } from "./moved-position.js";

/** One end of the selection, held by the characters on both of its sides. */
interface Held {
  readonly at: number;
  readonly position: RelativePosition;
  readonly left: ID | null;
  readonly right: ID | null;
}

interface HeldSelection {
  readonly doc: Node;
  readonly anchor: Held;
  readonly head: Held;
}

/**
 * Keeps the caret at its text while others change the structure around it. Editors write a split
 * paragraph into Yjs as "delete the rest here, insert it there", so whoever had the caret in the
 * rest loses the characters that held it, and y-prosemirror leaves the caret behind in the first
 * half. Where the characters on both sides of the caret are gone, it is moved as the text moved.
 */
export const SteadyCaret: Extension = Extension.create({
  name: "steadyCaret",
  addProseMirrorPlugins() {
    let held: HeldSelection | null = null;
    return [
      new Plugin({
        view: (view) =>
          watch(view, (selection) => {
            held = selection;
          }),
        appendTransaction: (transactions, _before, state) => {
          const moved = held !== null && transactions.some(isRemote) ? held : null;
          return moved === null ? null : keep(moved, state);
        },
      }),
    ];
  },
});

/** Notes the selection just before the document changes from outside of this editor. */
function watch(
  view: EditorView,
  hold: (selection: HeldSelection | null) => void,
): { destroy: () => void } {
  const { doc } = ySyncPluginKey.getState(view.state) as { doc: Doc };
  const before = (): void => hold(heldSelection(view.state));
  const after = (): void => hold(null);
  doc.on("beforeAllTransactions", before);
  doc.on("afterAllTransactions", after);
  return {
    destroy: () => {
      doc.off("beforeAllTransactions", before);
      doc.off("afterAllTransactions", after);
    },
  };
}

function isRemote(transaction: Transaction): boolean {
  const meta = transaction.getMeta(ySyncPluginKey) as
    | { isChangeOrigin?: boolean; isUndoRedoOperation?: boolean }
    | undefined;
  return meta?.isChangeOrigin === true && meta.isUndoRedoOperation !== true;
}

function heldSelection(state: EditorState): HeldSelection | null {
  if (!(state.selection instanceof TextSelection)) return null;
  const { anchor, head } = state.selection;
  const held = { anchor: holdOf(state, anchor), head: holdOf(state, head) };
  if (held.anchor === null || held.head === null) return null;
  return { doc: state.doc, anchor: held.anchor, head: held.head };
}

function holdOf(state: EditorState, at: number): Held | null {
  const { doc, type, binding } = ySyncPluginKey.getState(state);
  const position: RelativePosition | null = absolutePositionToRelativePosition(
    at,
    type,
    binding.mapping,
  );
  if (position === null) return null;
  const place = createAbsolutePositionFromRelativePosition(position, doc);
  if (place === null) return null;
  const item = (assoc: -1 | 0): ID | null =>
    createRelativePositionFromTypeIndex(place.type, place.index, assoc).item;
  return { at, position, left: place.index > 0 ? item(-1) : null, right: item(0) };
}

function keep(held: HeldSelection, state: EditorState): Transaction | null {
  const anchor = placeOf(held.anchor, held.doc, state);
  const head = held.head.at === held.anchor.at ? anchor : placeOf(held.head, held.doc, state);
  const { selection } = state;
  if (selection.anchor === anchor && selection.head === head) return null;
  const $anchor = state.doc.resolve(anchor ?? selection.anchor);
  const $head = state.doc.resolve(head ?? selection.head);
  return state.tr
    .setSelection(TextSelection.between($anchor, $head))
    .setMeta("addToHistory", false);
}

/** Where a held end is now; null leaves it to y-prosemirror. */
function placeOf(held: Held, oldDoc: Node, state: EditorState): number | null {
  const { doc, type, binding } = ySyncPluginKey.getState(state);
  const alive = (id: ID | null): boolean => id !== null && isAlive(doc, id);
  const loose = held.left === null && held.right === null;
  if (alive(held.left) || alive(held.right) || loose) {
    const place = relativePositionToAbsolutePosition(doc, type, held.position, binding.mapping);
    // It may be beyond the end, where blocks were joined.
    if (place !== null && place <= state.doc.content.size) return place;
  }
  return movedPosition(oldDoc, state.doc, held.at);
}

function isAlive(doc: Doc, id: ID): boolean {
  return !getItem(doc.store, id).deleted;
}
