import { type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";
import type { Doc } from "yjs";
import { useWords } from "../words/words.js";
import { giveTitle, useGivenTitle } from "./title.js";

interface Props {
  readonly doc: Doc;
  /** What the document is called while nobody has named it. */
  readonly fallback: string;
  readonly editable: boolean;
}

/** The document's name, to read and to change. Enter keeps what was typed, Escape does not. */
export function TitleField({ doc, fallback, editable }: Props): ReactNode {
  const words = useWords();
  const given = useGivenTitle(doc);
  const title = given || fallback || words.document.untitled;
  const input = useRef<HTMLInputElement>(null);
  // Not while it is typed: the text of a field that somebody is in is theirs.
  useEffect(() => {
    const field = input.current;
    if (field !== null && document.activeElement !== field) field.value = given;
  }, [given]);

  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === "Escape") event.currentTarget.value = given;
    if (event.key === "Enter" || event.key === "Escape") event.currentTarget.blur();
  };

  return (
    <>
      <h1 className={editable ? "visually-hidden" : "header__title"}>{title}</h1>
      {editable && (
        <input
          ref={input}
          type="text"
          className="header__title"
          aria-label={words.document.title}
          defaultValue={given}
          placeholder={fallback || words.document.untitled}
          title={title}
          maxLength={80}
          spellCheck={false}
          onKeyDown={onKeyDown}
          onBlur={(event) => giveTitle(doc, event.currentTarget.value)}
        />
      )}
    </>
  );
}
