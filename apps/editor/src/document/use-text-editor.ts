import { type Editor, useEditor } from "@tiptap/react";
import { useEffect } from "react";
import { words } from "../words.js";
import { extensionsFor } from "./extensions.js";
import type { OpenDocument } from "./open-document.js";

const CLEAR_OF_TOP = { top: 140, right: 0, bottom: 40, left: 0 };

/** The rich text of a document. */
export function useTextEditor(opened: OpenDocument, editable: boolean): Editor {
  const editor = useEditor(
    {
      extensions: extensionsFor(opened),
      // The styles are ours, see styles/text.css; a strict content security policy forbids others.
      injectCSS: false,
      editorProps: {
        attributes: attributes(true),
        // What is sticky at the top must not hide the caret.
        scrollThreshold: CLEAR_OF_TOP,
        scrollMargin: CLEAR_OF_TOP,
      },
    },
    [opened],
  );
  useEffect(() => {
    const { editorProps } = editor.options;
    editor.setOptions({
      editable,
      editorProps: { ...editorProps, attributes: attributes(editable) },
    });
  }, [editor, editable]);
  return editor;
}

function attributes(editable: boolean): Record<string, string> {
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
