import { TextCursorInput } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import { useWords } from "../../words/words.js";
import { Frame } from "../frame.js";
import { setMode } from "../mode.js";
import type { Opened } from "../opened.js";
import { useGivenTitle } from "../title.js";
import { useTitle } from "../use-title.js";
import { CODE, codeEditor } from "./code-editor.js";
import "../../styles/code.css";

/** The plain text of a room, for Markdown and code. */
export function CodePage(opened: Opened): ReactNode {
  const { doc, provider, room, token, status, mayWrite } = opened;
  const words = useWords();
  const place = useRef<HTMLDivElement>(null);
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
    return () => view.destroy();
  }, [doc, provider, room, editable, words]);

  const text = doc.getText(CODE);
  return (
    <Frame
      {...opened}
      fallbackTitle={room}
      textCopy={{ isEmpty: text.length === 0, copy: () => copyPlain(text.toString()) }}
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
