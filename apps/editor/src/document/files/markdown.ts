import type { JSONContent } from "@tiptap/core";
import { Table } from "@tiptap/extension-table/table";
import { MarkdownManager } from "@tiptap/markdown";
import { schemaExtensions } from "../text/schema.js";

/** Reads and writes Markdown. Loaded when somebody imports, exports or takes a template. */
const extensions = schemaExtensions().map((each) => (each.name === Table.name ? Table : each));
const manager = new MarkdownManager({ extensions });

export function fromMarkdown(markdown: string): JSONContent {
  return manager.parse(markdown);
}

export function toMarkdown(content: JSONContent): string {
  return manager.serialize(content);
}
