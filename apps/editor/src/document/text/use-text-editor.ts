import { Editor } from "@tiptap/core";
import { useEffect, useState } from "react";
import { useWords, type Words, wordsNow } from "../../words/words.js";
import type { OpenDocument } from "../open-document.js";
import { extensionsFor } from "./extensions.js";

const CLEAR_OF_TOP = { top: 140, right: 0, bottom: 40, left: 0 };

/**
 * The rich text of a document.
 * @returns null before the first effects have run
 */
export function useTextEditor(opened: OpenDocument, editable: boolean): Editor | null {
  const words = useWords();
  const [editor, setEditor] = useState<Editor | null>(null);
  const { doc, provider, copy } = opened;
  useEffect(() => {
    const made = new Editor({
      extensions: extensionsFor({ doc, provider, copy }),
      // The styles are ours, see styles/text.css; a strict content security policy forbids others.
      injectCSS: false,
      editorProps: {
        attributes: attributes(wordsNow(), true),
        // What is sticky at the top must not hide the caret.
        scrollThreshold: CLEAR_OF_TOP,
        scrollMargin: CLEAR_OF_TOP,
      },
    });
    setEditor(made);
    return () => {
      setEditor(null);
      made.destroy();
    };
  }, [doc, provider, copy]);
  useEffect(() => {
    if (editor === null) return;
    const { editorProps } = editor.options;
    editor.setOptions({
      editable,
      editorProps: { ...editorProps, attributes: attributes(words, editable) },
    });
  }, [editor, editable, words]);
  return editor;
}

function attributes(words: Words, editable: boolean): Record<string, string> {
  return {
    class: "text",
    role: "textbox",
    "aria-label": words.document.textbox,
    "aria-multiline": "true",
    "aria-readonly": String(!editable),
    // What cannot be edited can still be reached, read and copied by keyboard.
    tabindex: "0",
  };
}
