import type { EditorView } from "@codemirror/view";
import { TextCursorInput } from "lucide-react";
import { type ReactNode, useCallback, useEffect, useRef } from "react";
import { useWords } from "../../words/words.js";
import { Frame } from "../frame.js";
import { setMode } from "../mode.js";
import type { Opened } from "../opened.js";
import { useGivenTitle } from "../title.js";
import { useTitle } from "../use-title.js";
import { CODE, codeEditor, showCaret } from "./code-editor.js";
import "../../styles/code.css";

/** The plain text of a room, for Markdown and code. */
export function CodePage(opened: Opened): ReactNode {
  const { doc, provider, room, token, status, mayWrite } = opened;
  const words = useWords();
  const place = useRef<HTMLDivElement>(null);
  const shown = useRef<EditorView | null>(null);
  const editable = mayWrite && status.state !== "refused";
  useTitle(useGivenTitle(doc) || room, room, token, status.state === "saved");

  useEffect(() => {
    if (place.current === null) return;
    const view = codeEditor({
      parent: place.current,
      text: doc.getText(CODE),
      awareness: provider.awareness,
      room,
      editable,
      label: words.code.textbox,
      placeholder: words.code.placeholder,
    });
    shown.current = view;
    return () => {
      shown.current = null;
      view.destroy();
    };
  }, [doc, provider, room, editable, words]);

  const text = doc.getText(CODE);
  const show = useCallback(
    (clientId: number) => {
      if (shown.current !== null) showCaret(shown.current, text, provider.awareness, clientId);
    },
    [text, provider],
  );
  return (
    <Frame
      {...opened}
      fallbackTitle={room}
      textCopy={{ isEmpty: text.length === 0, copy: () => copyPlain(text.toString()) }}
      showCaret={show}
      menu={[
        [{ id: "text", name: words.menu.text, icon: TextCursorInput, run: () => setMode("text") }],
      ]}
    >
      <main className="document__page document__page--code" ref={place} />
    </Frame>
  );
}

async function copyPlain(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
