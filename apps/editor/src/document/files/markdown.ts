import type { JSONContent } from "@tiptap/core";
import { MarkdownManager } from "@tiptap/markdown";
import { schemaExtensions } from "../text/schema.js";

/** Reads and writes Markdown. Loaded when somebody imports, exports or takes a template. */
const manager = new MarkdownManager({ extensions: schemaExtensions() });

export function fromMarkdown(markdown: string): JSONContent {
  return manager.parse(markdown);
}

export function toMarkdown(content: JSONContent): string {
  return manager.serialize(content);
}
