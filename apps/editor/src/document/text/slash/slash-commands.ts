import { Extension } from "@tiptap/core";
import { type EditorState, Plugin, PluginKey } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import { Value } from "../../../shared/value.js";
import { wordsNow } from "../../../words/words.js";
import { type Block, blocks } from "../blocks/blocks.js";

/** A slash and what follows it, up to the caret. */
const TYPED = /(?:^|\s)\/([\p{L}\p{N} ]{0,20})$/u;

interface Typed {
  /** Where the slash is. */
  readonly from: number;
  readonly query: string;
  readonly selected: number;
}

type SlashState = { readonly typed: Typed | null; readonly dismissed: number | null };
type SlashMeta = { readonly type: "select"; readonly index: number } | { readonly type: "dismiss" };

/** The menu as it is to be shown. */
export interface SlashMenuState {
  readonly items: readonly Block[];
  readonly selected: number;
  /** Where the slash is, in pixels of the window. */
  readonly left: number;
  readonly top: number;
  readonly bottom: number;
  readonly choose: (block: Block) => void;
}

export const SLASH_MENU_ID = "slash-menu";
export const slashOptionId = (block: Block): string => `slash-${block.id}`;
export const slashMenuStore: Value<SlashMenuState | null> = new Value<SlashMenuState | null>(null);

const key = new PluginKey<SlashState>("slashCommands");

/** Offers blocks by name where somebody types a slash; the caret stays in the text all along. */
export const SlashCommands: Extension = Extension.create({
  name: "slashCommands",
  // Before the editor's own meaning of Enter and the arrow keys.
  priority: 1100,
  addProseMirrorPlugins() {
    const { editor } = this;
    const choose = (block: Block): void => {
      const typed = key.getState(editor.state)?.typed;
      if (!typed) return;
      const { to } = editor.state.selection;
      editor.chain().deleteRange({ from: typed.from, to }).run();
      block.run(editor);
    };
    return [
      new Plugin<SlashState>({
        key,
        state: {
          init: () => ({ typed: null, dismissed: null }),
          apply: (transaction, before, _old, state) => {
            const meta = transaction.getMeta(key) as SlashMeta | undefined;
            const found = editor.isEditable ? typedIn(state) : null;
            // Escape holds for this slash, wherever the edits of others move it.
            const kept = before.dismissed && transaction.mapping.map(before.dismissed, -1);
            if (found === null) return { typed: null, dismissed: null };
            if (meta?.type === "dismiss" || kept === found.from) {
              return { typed: null, dismissed: found.from };
            }
            // It opens by typing alone, not where the caret happens to come by.
            const opens = before.typed !== null || isTyping(transaction, state);
            if (!opens) return { typed: null, dismissed: null };
            const same = before.typed?.query === found.query;
            const selected =
              meta?.type === "select" ? meta.index : same ? before.typed.selected : 0;
            return { typed: { ...found, selected }, dismissed: null };
          },
        },
        props: {
          attributes: (state): Record<string, string> => {
            const typed = key.getState(state)?.typed;
            const block = typed && itemsFor(typed.query)[typed.selected];
            if (!block) return {};
            return {
              "aria-controls": SLASH_MENU_ID,
              "aria-activedescendant": slashOptionId(block),
            };
          },
          handleKeyDown: (view, event) => onKey(view, event, choose),
          handleDOMEvents: {
            blur: () => {
              slashMenuStore.set(null);
              return false;
            },
          },
        },
        view: () => ({
          update: (view) => show(view, choose),
          destroy: () => slashMenuStore.set(null),
        }),
      }),
    ];
  },
});

function typedIn({ selection, doc }: EditorState): Omit<Typed, "selected"> | null {
  const { $from, empty } = selection;
  if (!empty || !$from.parent.isTextblock || $from.parent.type.spec.code) return null;
  const before = doc.textBetween($from.start(), $from.pos, undefined, "\ufffc");
  const query = TYPED.exec(before)?.[1];
  return query === undefined ? null : { from: $from.pos - query.length - 1, query };
}

/** One's own typing ends where the caret then is; a remote edit comes without the caret. */
function isTyping(
  transaction: { readonly docChanged: boolean; getMeta: (key: string) => unknown },
  state: EditorState,
): boolean {
  const remote = transaction.getMeta("y-sync$") !== undefined;
  return transaction.docChanged && !remote && state.selection.empty;
}

function itemsFor(query: string): readonly Block[] {
  const wanted = query.toLocaleLowerCase().trim();
  const words = wordsNow();
  return blocks.filter(
    (block) =>
      block.name(words).toLocaleLowerCase().includes(wanted) ||
      block.id.toLowerCase().startsWith(wanted),
  );
}

function onKey(view: EditorView, event: KeyboardEvent, choose: (block: Block) => void): boolean {
  const typed = key.getState(view.state)?.typed;
  if (!typed) return false;
  const items = itemsFor(typed.query);
  const move = (by: number): boolean => {
    if (items.length === 0) return false;
    const index = (typed.selected + by + items.length) % items.length;
    view.dispatch(view.state.tr.setMeta(key, { type: "select", index } satisfies SlashMeta));
    return true;
  };
  switch (event.key) {
    case "ArrowDown":
      return move(1);
    case "ArrowUp":
      return move(-1);
    case "Enter":
    case "Tab": {
      const block = items[typed.selected];
      if (block === undefined) return false;
      choose(block);
      return true;
    }
    case "Escape":
      view.dispatch(view.state.tr.setMeta(key, { type: "dismiss" } satisfies SlashMeta));
      return true;
    default:
      return false;
  }
}

function show(view: EditorView, choose: (block: Block) => void): void {
  const typed = key.getState(view.state)?.typed;
  const items = typed ? itemsFor(typed.query) : [];
  if (!typed || items.length === 0 || !view.hasFocus()) {
    if (slashMenuStore.get() !== null) slashMenuStore.set(null);
    return;
  }
  const { left, top, bottom } = view.coordsAtPos(typed.from);
  slashMenuStore.set({ items, selected: typed.selected, left, top, bottom, choose });
}
