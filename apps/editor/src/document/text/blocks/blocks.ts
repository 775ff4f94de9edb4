import type { Editor } from "@tiptap/core";
import {
  Heading1,
  Heading2,
  Heading3,
  ImagePlus,
  List,
  ListOrdered,
  ListTodo,
  type LucideIcon,
  Minus,
  Pilcrow,
  SquareCode,
  Table,
  TextQuote,
} from "lucide-react";
import type { Words } from "../../../words/words.js";
import { pickImages } from "../images/pick-images.js";

/** A kind of block: an entry of the slash menu, and of the list of shortcuts. */
export interface Block {
  readonly id: string;
  readonly name: (words: Words) => string;
  readonly icon: LucideIcon;
  /** What makes it when typed at the start of a line; null where nothing does. */
  readonly markdown: string | null;
  readonly run: (editor: Editor) => void;
}

const heading = (level: 1 | 2 | 3, icon: LucideIcon): Block => ({
  id: `heading-${level}`,
  name: (words) => words.format.heading(level),
  icon,
  markdown: "#".repeat(level),
  run: (editor) => editor.chain().focus().setHeading({ level }).run(),
});

export const blocks: readonly Block[] = [
  {
    id: "paragraph",
    name: (words) => words.slash.paragraph,
    icon: Pilcrow,
    markdown: null,
    run: (editor) => editor.chain().focus().setParagraph().run(),
  },
  heading(1, Heading1),
  heading(2, Heading2),
  heading(3, Heading3),
  {
    id: "bulletList",
    name: (words) => words.format.bulletList,
    icon: List,
    markdown: "-",
    run: (editor) => editor.chain().focus().toggleBulletList().run(),
  },
  {
    id: "orderedList",
    name: (words) => words.format.orderedList,
    icon: ListOrdered,
    markdown: "1.",
    run: (editor) => editor.chain().focus().toggleOrderedList().run(),
  },
  {
    id: "taskList",
    name: (words) => words.format.taskList,
    icon: ListTodo,
    markdown: "[ ]",
    run: (editor) => editor.chain().focus().toggleTaskList().run(),
  },
  {
    id: "blockquote",
    name: (words) => words.format.blockquote,
    icon: TextQuote,
    markdown: ">",
    run: (editor) => editor.chain().focus().toggleBlockquote().run(),
  },
  {
    id: "codeBlock",
    name: (words) => words.format.codeBlock,
    icon: SquareCode,
    markdown: "```",
    run: (editor) => editor.chain().focus().toggleCodeBlock().run(),
  },
  {
    id: "table",
    name: (words) => words.slash.table,
    icon: Table,
    markdown: null,
    run: (editor) => editor.chain().focus().insertTable({ rows: 3, cols: 3 }).run(),
  },
  {
    id: "image",
    name: (words) => words.slash.image,
    icon: ImagePlus,
    markdown: null,
    run: pickImages,
  },
  {
    id: "horizontalRule",
    name: (words) => words.slash.horizontalRule,
    icon: Minus,
    markdown: "---",
    run: (editor) => editor.chain().focus().setHorizontalRule().run(),
  },
];
