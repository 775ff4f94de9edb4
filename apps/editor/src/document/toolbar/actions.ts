import type { Editor } from "@tiptap/react";
import {
  Bold,
  Code,
  Heading1,
  Heading2,
  Heading3,
  Italic,
  List,
  ListOrdered,
  type LucideIcon,
  Redo2,
  SquareCode,
  Strikethrough,
  TextQuote,
  Undo2,
} from "lucide-react";
import { words } from "../../words.js";

/** Dry runs of commands. Building them is dear, so one set serves the whole toolbar. */
type Can = ReturnType<Editor["can"]>;

/** One button of the toolbar. */
export interface Action {
  readonly id: string;
  readonly name: string;
  readonly icon: LucideIcon;
  /** As `aria-keyshortcuts` writes them; `Control` stands for ⌘ on a Mac. */
  readonly keys: string;
  /** Whether it applies where the caret is; null for an action that is not a state. */
  readonly isActive: ((editor: Editor) => boolean) | null;
  readonly canRun: (can: Can) => boolean;
  readonly run: (editor: Editor) => void;
}

const once = (id: "undo" | "redo", icon: LucideIcon, keys: string): Action => ({
  id,
  name: words.format[id],
  icon,
  keys,
  isActive: null,
  canRun: (can) => can[id](),
  run: (editor) => editor.chain().focus()[id]().run(),
});

const heading = (level: 1 | 2 | 3, icon: LucideIcon): Action => ({
  id: `heading-${level}`,
  name: words.format.heading(level),
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
  | "toggleBlockquote"
  | "toggleCodeBlock";

const toggle = (
  id: Exclude<keyof typeof words.format, "undo" | "redo" | "heading">,
  command: Toggle,
  icon: LucideIcon,
  keys: string,
): Action => ({
  id,
  name: words.format[id],
  icon,
  keys,
  isActive: (editor) => editor.isActive(id),
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
  ],
  [
    toggle("bulletList", "toggleBulletList", List, "Control+Shift+8"),
    toggle("orderedList", "toggleOrderedList", ListOrdered, "Control+Shift+7"),
    toggle("blockquote", "toggleBlockquote", TextQuote, "Control+Shift+B"),
    toggle("codeBlock", "toggleCodeBlock", SquareCode, "Control+Alt+C"),
  ],
];
