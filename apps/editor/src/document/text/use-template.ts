import type { Editor } from "@tiptap/core";
import { useEffect } from "react";
import { isTemplate, TEMPLATE_HASH } from "../../home/templates.js";
import { wordsNow } from "../../words/words.js";
import { appendMarkdown } from "../files/import-markdown.js";

/** Fills a new document from the template that its address names, once, while it is empty. */
export function useTemplate(editor: Editor, isOpen: boolean): void {
  useEffect(() => {
    if (!isOpen || !location.hash.startsWith(TEMPLATE_HASH)) return;
    const id = location.hash.slice(TEMPLATE_HASH.length);
    // Or a reload would fill the document again, after somebody emptied it.
    history.replaceState(null, "", location.pathname + location.search);
    if (!isTemplate(id) || !editor.isEmpty) return;
    appendMarkdown(editor, wordsNow().templateText[id]).catch((error: unknown) => {
      console.error(error);
    });
  }, [editor, isOpen]);
}
