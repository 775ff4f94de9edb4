import type { Extensions } from "@tiptap/core";
import { Blockquote } from "@tiptap/extension-blockquote";
import { Bold } from "@tiptap/extension-bold";
import { Code } from "@tiptap/extension-code";
import { CodeBlock } from "@tiptap/extension-code-block";
import { Document } from "@tiptap/extension-document";
import { HardBreak } from "@tiptap/extension-hard-break";
import { Heading } from "@tiptap/extension-heading";
import { HorizontalRule } from "@tiptap/extension-horizontal-rule";
import { Image } from "@tiptap/extension-image";
import { Italic } from "@tiptap/extension-italic";
import {
  BulletList,
  ListItem,
  ListKeymap,
  OrderedList,
  TaskItem,
  TaskList,
} from "@tiptap/extension-list";
import { Paragraph } from "@tiptap/extension-paragraph";
import { Strike } from "@tiptap/extension-strike";
import { TableKit } from "@tiptap/extension-table/kit";
import { Text } from "@tiptap/extension-text";
import { Underline } from "@tiptap/extension-underline";
import { wordsNow } from "../../words/words.js";
import { Link } from "./blocks/link.js";

/** Everything that a document can hold; the same for writing, for Markdown and for templates. */
export function schemaExtensions(): Extensions {
  return [
    Document,
    Paragraph,
    Text,
    HardBreak,
    Heading.configure({ levels: [1, 2, 3] }),
    Blockquote,
    CodeBlock,
    HorizontalRule,
    BulletList,
    OrderedList,
    ListItem,
    ListKeymap,
    TaskList,
    TaskItem.configure({
      nested: true,
      a11y: { checkboxLabel: (node) => wordsNow().format.task(node.textContent) },
    }),
    // Columns share the width evenly: no scrolling sideways, and nothing to agree on.
    TableKit.configure({ table: { resizable: false } }),
    Image.configure({ allowBase64: true }),
    Bold,
    Italic,
    Strike,
    Underline,
    Code,
    Link,
  ];
}
