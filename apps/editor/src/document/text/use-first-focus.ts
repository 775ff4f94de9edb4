import type { Editor } from "@tiptap/core";
import { useEffect, useRef } from "react";

/** Puts the caret into a document that turns out to be empty, unless somebody is elsewhere. */
export function useFirstFocus(editor: Editor, opened: boolean): void {
  const done = useRef(false);
  useEffect(() => {
    if (!opened || done.current) return;
    done.current = true;
    const nowhere = document.activeElement === document.body;
    if (editor.isEmpty && nowhere) editor.commands.focus();
  }, [editor, opened]);
}
