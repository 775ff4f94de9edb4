import type { Editor } from "@tiptap/core";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { useWords } from "../../words/words.js";
import { useEditorState } from "../text/use-editor-state.js";
import { headingsOf, sameHeadings } from "./headings.js";
import "../../styles/outline.css";

/** The headings of the document, to go to. */
export function Outline({ editor, onClose }: { editor: Editor; onClose: () => void }): ReactNode {
  const words = useWords();
  const headings = useEditorState(editor, () => headingsOf(editor.state.doc), sameHeadings);
  const go = (position: number): void => {
    editor
      .chain()
      .setTextSelection(position + 1)
      .focus()
      .run();
    const element = editor.view.nodeDOM(position);
    if (element instanceof HTMLElement) element.scrollIntoView({ block: "start" });
  };
  return (
    <nav className="outline" aria-label={words.outline.label}>
      <div className="outline__top">
        <h2>{words.outline.label}</h2>
        <button type="button" className="icon-button" aria-label={words.close} onClick={onClose}>
          <X aria-hidden="true" />
        </button>
      </div>
      {headings.length === 0 ? (
        <p className="muted">{words.outline.empty}</p>
      ) : (
        <ul>
          {headings.map(({ level, text, position }) => (
            <li key={position} className={`outline__item outline__item--${level}`}>
              <button type="button" onClick={() => go(position)}>
                {text}
              </button>
            </li>
          ))}
        </ul>
      )}
    </nav>
  );
}
