import Collaboration from "@tiptap/extension-collaboration";
import { Fragment, type Node, Slice } from "@tiptap/pm/model";
import type { Plugin, Transaction } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import { ySyncPluginKey } from "@tiptap/y-tiptap";
import type { AbstractType, YEvent, Transaction as YTransaction } from "yjs";

/** What is used here of y-tiptap's binding, which is not part of its types. */
interface Binding {
  readonly type: AbstractType<unknown>;
  /** Which node, or which texts, show which type of Yjs. */
  mapping: Map<AbstractType<unknown>, Node | Node[]>;
  /** Begins the transaction that shows a remote change. */
  readonly _tr: Transaction;
  /** Shows a remote change. */
  _observeFunction: (events: YEvent<AbstractType<unknown>>[], from: YTransaction) => void;
  /** Whether the caret, which is in sight now, is to be in sight after it. */
  _isLocalCursorInView: () => boolean;
  /** Where the caret is to be after it. */
  beforeTransactionSelection: object | null;
}

/**
 * Tiptap's collaboration, of which each change costs what it changed. `@tiptap/y-tiptap` does all
 * of its work for the whole document: in one of 5,000 paragraphs each letter of somebody else took
 * half a second, and each movement of a caret was compared with all of them.
 */
export const LightCollaboration: typeof Collaboration = Collaboration.extend({
  addProseMirrorPlugins() {
    const plugins: Plugin[] = this.parent?.() ?? [];
    for (const plugin of plugins) if (plugin.spec.key === ySyncPluginKey) lighten(plugin);
    return plugins;
  },
});

/** @returns the given plugin of y-tiptap */
export function lighten(sync: Plugin): Plugin {
  const { view: show } = sync.spec;
  sync.spec.view = (view) => {
    const shown = show?.call(sync, view) ?? {};
    const { binding } = ySyncPluginKey.getState(view.state) as { binding: Binding };
    binding.mapping = new KeptNodes(binding.mapping);
    Object.defineProperty(binding, "_tr", { get: () => narrow(view, binding) });
    showAlways(binding);
    keepInSight(binding, view);
    return {
      ...shown,
      update: (view, before) => {
        // What Yjs holds already, or gave us, need not be compared with it.
        const isWritten = binding.mapping.get(binding.type) === view.state.doc;
        if (!isWritten) shown.update?.(view, before);
      },
    };
  };
  return sync;
}

/** y-tiptap forgets all nodes with every remote change, after it has forgotten those that changed. */
class KeptNodes<Type, Shown> extends Map<Type, Shown> {
  override clear(): void {}
}

/**
 * y-tiptap throws where it finds the caret's place beyond the end of the document: as happens, now
 * and then, when others join or delete blocks. The change would not be shown, nor any later one
 * where it should be. It is shown without y-tiptap's caret then, which stays beside its text.
 */
function showAlways(binding: Binding): void {
  const show = binding._observeFunction;
  binding.type.unobserveDeep(show);
  binding._observeFunction = (events, from) => {
    try {
      show(events, from);
    } catch (error) {
      if (!(error instanceof RangeError) || binding.beforeTransactionSelection === null)
        throw error;
      binding.beforeTransactionSelection = null;
      show(events, from);
    }
  };
  binding.type.observeDeep(binding._observeFunction);
}

/**
 * y-tiptap looks after each remote change whether the caret is still in sight, for which the page
 * is laid out once more. It is soon enough to look when the next frame is made.
 */
function keepInSight(binding: Binding, view: EditorView): void {
  const isInSight = binding._isLocalCursorInView.bind(binding);
  let frame: number | null = null;
  const look = (): void => {
    frame = null;
    if (view.isDestroyed) return;
    const { top, bottom } = view.coordsAtPos(view.state.selection.head);
    if (top < 0 || bottom > innerHeight) view.dispatch(view.state.tr.scrollIntoView());
  };
  binding._isLocalCursorInView = () => {
    if (frame === null && isInSight()) frame = requestAnimationFrame(look);
    return false;
  };
}

/** A transaction that replaces, when it is told to replace the document, the blocks that differ. */
function narrow(view: EditorView, { type, mapping }: Binding): Transaction {
  const transaction = view.state.tr.setMeta("addToHistory", false);
  const replace = transaction.replace.bind(transaction);
  transaction.replace = (_from, _to, slice = Slice.empty) => {
    const old = transaction.doc;
    const { same, sameAtEnd } = sameBlocks(old.content, slice.content);
    const from = sizeOf(old, 0, same);
    const to = old.content.size - sizeOf(old, old.childCount - sameAtEnd, old.childCount);
    const blocks = slice.content.content.slice(same, slice.content.childCount - sameAtEnd);
    if (from < to || blocks.length > 0) replace(from, to, new Slice(Fragment.from(blocks), 0, 0));
    // Unless ProseMirror had to mend it: that is to be written.
    const { content } = transaction.doc;
    const isAsGiven =
      content.childCount === slice.content.childCount &&
      content.content.every((block, index) => block === slice.content.child(index));
    if (isAsGiven) mapping.set(type, transaction.doc);
    return transaction;
  };
  return transaction;
}

/** How many blocks at both ends are the very same objects. */
function sameBlocks(old: Fragment, now: Fragment): { same: number; sameAtEnd: number } {
  const most = Math.min(old.childCount, now.childCount);
  let same = 0;
  while (same < most && old.child(same) === now.child(same)) same++;
  let sameAtEnd = 0;
  const isSameAtEnd = (): boolean =>
    old.child(old.childCount - 1 - sameAtEnd) === now.child(now.childCount - 1 - sameAtEnd);
  while (sameAtEnd < most - same && isSameAtEnd()) sameAtEnd++;
  return { same, sameAtEnd };
}

function sizeOf(doc: Node, from: number, to: number): number {
  let size = 0;
  for (let index = from; index < to; index++) size += doc.child(index).nodeSize;
  return size;
}
