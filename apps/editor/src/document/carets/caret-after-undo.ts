import { Extension } from "@tiptap/core";
import { Plugin, TextSelection } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import {
  relativePositionToAbsolutePosition,
  ySyncPluginKey,
  yUndoPluginKey,
} from "@tiptap/y-tiptap";
import type { RelativePosition, UndoManager } from "yjs";

/** As y-prosemirror notes it with every step of the history. */
interface NotedSelection {
  readonly type: string;
  readonly anchor: RelativePosition | null;
  readonly head: RelativePosition | null;
}

/**
 * Puts the caret, after undo and redo, where it was before the step that was taken back.
 * y-prosemirror notes that place too, but takes it up only with the next change of the document:
 * with somebody else's edit, which would then throw the caret back there.
 */
export const CaretAfterUndo: Extension = Extension.create({
  name: "caretAfterUndo",
  addProseMirrorPlugins() {
    return [new Plugin({ view: watch })];
  },
});

function watch(view: EditorView): { destroy: () => void } {
  const { undoManager } = yUndoPluginKey.getState(view.state) as { undoManager: UndoManager };
  const restore = (): void => {
    const { doc, type, binding } = ySyncPluginKey.getState(view.state);
    const noted = binding.beforeTransactionSelection as NotedSelection | null;
    binding.beforeTransactionSelection = null;
    if (noted === null || noted.type !== "text") return;
    const [anchor, head] = [noted.anchor, noted.head].map((position) =>
      position === null
        ? null
        : relativePositionToAbsolutePosition(doc, type, position, binding.mapping),
    );
    if (typeof anchor !== "number" || typeof head !== "number") return;
    const { tr } = view.state;
    tr.setSelection(TextSelection.between(tr.doc.resolve(anchor), tr.doc.resolve(head)));
    view.dispatch(tr.setMeta("addToHistory", false).scrollIntoView());
  };
  undoManager.on("stack-item-popped", restore);
  return { destroy: () => undoManager.off("stack-item-popped", restore) };
}
