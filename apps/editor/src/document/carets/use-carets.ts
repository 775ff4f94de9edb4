import type { Person } from "@homeroom/client";
import type { Editor } from "@tiptap/core";
import { useEffect } from "react";
import type { Awareness } from "y-protocols/awareness";
import { keepInside, updateCarets, wakeCarets } from "./caret-element.js";

/** Keeps remote carets' names up to date, awake while they move, and on the page. */
export function useCarets(editor: Editor, awareness: Awareness, people: readonly Person[]): void {
  useEffect(() => updateCarets(editor.view.dom, people), [editor, people]);

  useEffect(() => {
    const root = editor.view.dom;
    let frame = 0;
    const place = (): void => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => keepInside(root));
    };
    const onChange = ({ added, updated }: { added: number[]; updated: number[] }): void => {
      wakeCarets(root, [...added, ...updated]);
      place();
    };
    awareness.on("change", onChange);
    editor.on("transaction", place);
    window.addEventListener("resize", place);
    return () => {
      cancelAnimationFrame(frame);
      awareness.off("change", onChange);
      editor.off("transaction", place);
      window.removeEventListener("resize", place);
    };
  }, [editor, awareness]);
}
