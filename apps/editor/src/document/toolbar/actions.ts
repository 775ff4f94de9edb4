import type { Editor } from "@tiptap/core";
import {
  BetweenHorizontalEnd,
  BetweenVerticalEnd,
  Bold,
  Code,
  FoldHorizontal,
  FoldVertical,
  Heading1,
  Heading2,
  Heading3,
  ImagePlus,
  Italic,
  Link,
  List,
  ListOrdered,
  ListTodo,
  type LucideIcon,
  Minus,
  Redo2,
  SquareCode,
  Strikethrough,
  Table,
  TextQuote,
  Trash2,
  Undo2,
} from "lucide-react";
import type { Words } from "../../words/words.js";
import { pickImages } from "../text/images/pick-images.js";
import { linkStore } from "../text/link/link-store.js";

/** Dry runs of commands. Building them is dear, so one set serves the whole toolbar. */
type Can = ReturnType<Editor["can"]>;

/** One button of the toolbar. */
export interface Action {
  readonly id: string;
  readonly name: (words: Words) => string;
  readonly icon: LucideIcon;
  /** As `aria-keyshortcuts` writes them; `Control` stands for ⌘ on a Mac. Null without any. */
  readonly keys: string | null;
  /** Whether it applies where the caret is; null for an action that is not a state. */
  readonly isActive: ((editor: Editor) => boolean) | null;
  readonly canRun: (can: Can) => boolean;
  readonly run: (editor: Editor) => void;
}

const once = (id: "undo" | "redo", icon: LucideIcon, keys: string): Action => ({
  id,
  name: (words) => words.format[id],
  icon,
  keys,
  isActive: null,
  canRun: (can) => can[id](),
  run: (editor) => editor.chain().focus()[id]().run(),
});

const heading = (level: 1 | 2 | 3, icon: LucideIcon): Action => ({
  id: `heading-${level}`,
  name: (words) => words.format.heading(level),
  icon,
  keys: `Control+Alt+${level}`,
  isActive: (editor) => editor.isActive("heading", { level }),
  canRun: (can) => can.toggleHeading({ level }),
  run: (editor) => editor.chain().focus().toggleHeading({ level }).run(),
});

type Toggle =
  | "toggleBold"
  | "toggleItalic"
  | "toggleStrike"
  | "toggleCode"
  | "toggleBulletList"
  | "toggleOrderedList"
  | "toggleTaskList"
  | "toggleBlockquote"
  | "toggleCodeBlock";

const toggle = (
  id: Exclude<keyof Words["format"], "undo" | "redo" | "heading" | "task" | "link">,
  command: Toggle,
  icon: LucideIcon,
  keys: string,
): Action => ({
  id,
  name: (words) => words.format[id],
  icon,
  keys,
  isActive: (editor) => editor.isActive(id),
  canRun: (can) => can[command](),
  run: (editor) => editor.chain().focus()[command]().run(),
});

const link: Action = {
  id: "link",
  name: (words) => words.format.link,
  icon: Link,
  keys: "Control+K",
  isActive: (editor) => editor.isActive("link"),
  canRun: (can) => can.setMark("link", { href: "https://example.org" }),
  run: () => linkStore.set(true),
};

const insert = (
  id: "table" | "image" | "horizontalRule",
  icon: LucideIcon,
  canRun: Action["canRun"],
  run: Action["run"],
): Action => ({
  id,
  name: (words) => words.slash[id],
  icon,
  keys: null,
  isActive: null,
  canRun,
  run,
});

type TableCommand = "addColumnAfter" | "addRowAfter" | "deleteColumn" | "deleteRow" | "deleteTable";

const tableAction = (
  word: Exclude<keyof Words["table"], "toolbar">,
  command: TableCommand,
  icon: LucideIcon,
): Action => ({
  id: command,
  name: (words) => words.table[word],
  icon,
  keys: null,
  isActive: null,
  canRun: (can) => can[command](),
  run: (editor) => editor.chain().focus()[command]().run(),
});

/** The toolbar, in groups. */
export const actionGroups: readonly (readonly Action[])[] = [
  [once("undo", Undo2, "Control+Z"), once("redo", Redo2, "Control+Shift+Z")],
  [heading(1, Heading1), heading(2, Heading2), heading(3, Heading3)],
  [
    toggle("bold", "toggleBold", Bold, "Control+B"),
    toggle("italic", "toggleItalic", Italic, "Control+I"),
    toggle("strike", "toggleStrike", Strikethrough, "Control+Shift+S"),
    toggle("code", "toggleCode", Code, "Control+E"),
    link,
  ],
  [
    toggle("bulletList", "toggleBulletList", List, "Control+Shift+8"),
    toggle("orderedList", "toggleOrderedList", ListOrdered, "Control+Shift+7"),
    toggle("taskList", "toggleTaskList", ListTodo, "Control+Shift+9"),
    toggle("blockquote", "toggleBlockquote", TextQuote, "Control+Shift+B"),
    toggle("codeBlock", "toggleCodeBlock", SquareCode, "Control+Alt+C"),
  ],
  [
    insert(
      "table",
      Table,
      (can) => can.insertTable({ rows: 3, cols: 3 }),
      (editor) => editor.chain().focus().insertTable({ rows: 3, cols: 3 }).run(),
    ),
    insert("image", ImagePlus, () => true, pickImages),
    insert(
      "horizontalRule",
      Minus,
      (can) => can.setHorizontalRule(),
      (editor) => editor.chain().focus().setHorizontalRule().run(),
    ),
  ],
];

/** What comes to the toolbar while the caret is in a table. */
export const tableActions: readonly Action[] = [
  tableAction("addColumn", "addColumnAfter", BetweenVerticalEnd),
  tableAction("addRow", "addRowAfter", BetweenHorizontalEnd),
  tableAction("removeColumn", "deleteColumn", FoldHorizontal),
  tableAction("removeRow", "deleteRow", FoldVertical),
  tableAction("remove", "deleteTable", Trash2),
];
