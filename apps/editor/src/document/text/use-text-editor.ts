import { type Editor, useEditor } from "@tiptap/react";
import { useEffect } from "react";
import { useWords, type Words } from "../../words/words.js";
import type { OpenDocument } from "../open-document.js";
import { extensionsFor } from "./extensions.js";

const CLEAR_OF_TOP = { top: 140, right: 0, bottom: 40, left: 0 };

/**
 * The rich text of a document.
 * @returns null before the first effects have run
 */
export function useTextEditor(opened: OpenDocument, editable: boolean): Editor | null {
  const words = useWords();
  const editor = useEditor(
    {
      // Made within a render, it would be destroyed a millisecond later where React pauses there.
      immediatelyRender: false,
      extensions: extensionsFor(opened),
      // The styles are ours, see styles/text.css; a strict content security policy forbids others.
      injectCSS: false,
      editorProps: {
        attributes: attributes(words, true),
        // What is sticky at the top must not hide the caret.
        scrollThreshold: CLEAR_OF_TOP,
        scrollMargin: CLEAR_OF_TOP,
      },
    },
    [opened.doc],
  );
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
