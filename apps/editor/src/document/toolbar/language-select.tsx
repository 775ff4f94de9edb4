import type { Editor } from "@tiptap/core";
import type { ReactNode } from "react";
import { useWords } from "../../words/words.js";
import { useEditorState } from "../text/use-editor-state.js";
import { LANGUAGES } from "./languages.js";

interface Props {
  readonly editor: Editor;
  readonly disabled: boolean;
  readonly tabIndex: number;
  readonly onFocus: () => void;
}

/** The language of the code block that the caret is in. */
export function LanguageSelect({ editor, disabled, ...rest }: Props): ReactNode {
  const words = useWords();
  // Whatever another client wrote there.
  const language = useEditorState(editor, () =>
    String(editor.getAttributes("codeBlock").language ?? ""),
  );
  const offered = language === "" || language === "plaintext" || LANGUAGES.has(language);
  const choose = (chosen: string): void => {
    const attributes = { language: chosen === "" ? null : chosen };
    editor.chain().focus().updateAttributes("codeBlock", attributes).run();
  };
  return (
    <select
      className="toolbar__select"
      aria-label={words.codeBlock.language}
      value={language}
      disabled={disabled}
      onChange={(event) => choose(event.target.value)}
      {...rest}
    >
      <option value="">{words.codeBlock.automatic}</option>
      {!offered && <option value={language}>{language}</option>}
      <option value="plaintext">{words.codeBlock.plain}</option>
      {[...LANGUAGES].map(([id, name]) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
}
