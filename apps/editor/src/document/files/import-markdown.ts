import type { Editor, JSONContent } from "@tiptap/core";
import { Fragment, Mark, type Node, type Schema } from "@tiptap/pm/model";

/** What one import may hold, in bytes; far beyond any text that people write. */
export const MAX_IMPORT_BYTES = 4 * 1024 * 1024;

export type ImportProblem = "tooLarge" | "failed";

/**
 * Puts a Markdown file at the end of the document, or into it where it is empty.
 * @returns what went wrong, after which the document is as it was; null if nothing did
 */
export async function importMarkdown(editor: Editor, file: Blob): Promise<ImportProblem | null> {
  if (file.size > MAX_IMPORT_BYTES) return "tooLarge";
  try {
    const text = await file.text();
    insertMarkdown(editor, text, await import("./markdown.js"));
    return null;
  } catch (error) {
    console.error(error);
    return "failed";
  }
}

/** Puts Markdown at the end of the document, or into it where it is empty. */
export async function appendMarkdown(editor: Editor, text: string): Promise<void> {
  insertMarkdown(editor, text, await import("./markdown.js"));
}

function insertMarkdown(
  editor: Editor,
  text: string,
  { fromMarkdown }: typeof import("./markdown.js"),
): void {
  const { content = [] } = fromMarkdown(text);
  // Throws, before anything changed, on what the document cannot hold.
  const blocks = content.map((block) => filled(editor.schema, block));
  const { tr } = editor.state;
  const from = editor.isEmpty ? 0 : tr.doc.content.size;
  editor.view.dispatch(tr.replaceWith(from, tr.doc.content.size, blocks));
}

/** A node with what its kind cannot be without: an empty item of a list gets its paragraph. */
function filled(schema: Schema, json: JSONContent): Node {
  const marks = (json.marks ?? []).map((mark) => Mark.fromJSON(schema, mark));
  if (json.type === "text") return schema.text(json.text ?? "", marks);
  const type = schema.nodes[json.type ?? ""];
  const children = (json.content ?? []).map((child) => filled(schema, child));
  const node = type?.createAndFill(json.attrs ?? null, Fragment.from(children), marks);
  if (!node) throw new Error(`a document cannot hold this: ${json.type}`);
  node.check();
  return node;
}
