import { type CommandProps, type Editor, type JSONContent, Node } from "@tiptap/core";
import type { TableOptions } from "@tiptap/extension-table/table";
import type { Node as Content, Schema } from "@tiptap/pm/model";
import { TextSelection } from "@tiptap/pm/state";
import { LatePlugin } from "../late-plugin.js";
import type { TableCode } from "./table-code.js";

/** Commands that nobody needs before there is a table. */
const LATE = [
  "addColumnAfter",
  "addRowAfter",
  "deleteColumn",
  "deleteRow",
  "deleteTable",
  "goToNextCell",
  "goToPreviousCell",
] as const;
/** What the nodes are to `prosemirror-tables`. */
const ROLES: ReadonlyMap<string, string> = new Map([
  ["table", "table"],
  ["tableRow", "row"],
  ["tableHeader", "header_cell"],
  ["tableCell", "cell"],
]);
const KEYS = ["Tab", "Shift-Tab", "Backspace", "Mod-Backspace", "Delete", "Mod-Delete"];

const loadCode = async (): Promise<TableCode> => (await import("./table-code.js")).tableCode;
const editing = new LatePlugin("selectingCells$", async () => (await loadCode()).plugin());

/**
 * Tables, stored as Tiptap's own extension stores them, which is what works on them once there is
 * one: most documents have none. Columns share the width evenly.
 */
export const Table: Node = Node.create<TableOptions, { code: TableCode | null }>({
  name: "table",
  group: "block",
  content: "tableRow+",
  isolating: true,

  extendNodeSchema: ({ name }) => ({ tableRole: ROLES.get(name) }),

  addStorage: () => ({ code: null }),

  parseHTML: () => [{ tag: "table" }],

  renderHTML: ({ HTMLAttributes }) => ["table", HTMLAttributes, ["tbody", 0]],

  onFocus() {
    // Whoever may insert a table will go on to its next cell at once.
    void load(this.editor, this.storage);
  },

  addNodeView() {
    return () => {
      void load(this.editor, this.storage);
      const dom = document.createElement("div");
      dom.className = "tableWrapper";
      const contentDOM = document.createElement("tbody");
      dom.appendChild(document.createElement("table")).append(contentDOM);
      return { dom, contentDOM };
    };
  },

  addCommands() {
    const late = (name: (typeof LATE)[number]) => () => (props: CommandProps) =>
      this.storage.code?.commands(this)[name]?.()(props) ?? false;
    return {
      insertTable:
        ({ rows = 3, cols = 3 } = {}) =>
        ({ tr, dispatch, editor }) => {
          if (dispatch === undefined) return true;
          const inside = tr.selection.from + 1;
          tr.replaceSelectionWith(emptyTable(editor.schema, rows, cols)).scrollIntoView();
          tr.setSelection(TextSelection.near(tr.doc.resolve(inside)));
          return true;
        },
      ...Object.fromEntries(LATE.map((name) => [name, late(name)])),
    };
  },

  addKeyboardShortcuts() {
    const { editor, storage } = this;
    // The Tab key stays in the text, loaded or not.
    const stays = (key: string): boolean => key.endsWith("Tab") && editor.isActive("table");
    return Object.fromEntries(
      KEYS.map((key) => [
        key,
        (props) => (storage.code ? storage.code.keys(this)[key]?.(props) : stays(key)) ?? false,
      ]),
    );
  },

  addProseMirrorPlugins: () => [editing.plugin()],
});

async function load(editor: Editor, storage: { code: TableCode | null }): Promise<void> {
  if (storage.code !== null) return;
  try {
    const [code] = await Promise.all([loadCode(), editing.load()]);
    if (storage.code !== null || editor.isDestroyed) return;
    storage.code = code;
    editor.view.dispatch(editor.state.tr);
  } catch (error) {
    // Without a network, and never loaded before: tables can be read and typed in.
    console.error(error);
  }
}

/** A table with a row of headings. */
function emptyTable(schema: Schema, rows: number, columns: number): Content {
  const row = (_: unknown, index: number): JSONContent => {
    const cell = {
      type: index === 0 ? "tableHeader" : "tableCell",
      content: [{ type: "paragraph" }],
    };
    return { type: "tableRow", content: Array.from({ length: columns }, () => cell) };
  };
  return schema.nodeFromJSON({ type: "table", content: Array.from({ length: rows }, row) });
}
