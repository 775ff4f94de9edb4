import type { Editor } from "@tiptap/core";
import { ArrowDown, ArrowUp, CaseSensitive, type LucideIcon, X } from "lucide-react";
import {
  findNext,
  findPrev,
  getMatchHighlights,
  getSearchState,
  replaceAll,
  replaceNext,
  SearchQuery,
  setSearchState,
} from "prosemirror-search";
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { useWords } from "../../../words/words.js";
import { useEditorState } from "../use-editor-state.js";
import { searchPlugin } from "./search.js";
import "../../../styles/find.css";

type Command = typeof findNext;

/** Finds and replaces in the text. Escape closes it, and the caret is at what was found. */
export function FindBar(props: {
  editor: Editor;
  canReplace: boolean;
  onClose: () => void;
}): ReactNode {
  const { editor, canReplace, onClose } = props;
  const words = useWords();
  const [search, setSearch] = useState("");
  const [replace, setReplace] = useState("");
  const [caseSensitive, setCaseSensitive] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const count = useEditorState(editor, () => countOf(editor), sameCount);

  useEffect(() => input.current?.focus(), []);
  useEffect(() => {
    const query = new SearchQuery({ search, replace, caseSensitive, literal: true });
    let left = false;
    const look = (): void => {
      if (!left) editor.view.dispatch(setSearchState(editor.state.tr, query));
    };
    // Its code is in the same file as this bar's, so that it is there already.
    searchPlugin.load().then(look, (error: unknown) => console.error(error));
    return () => {
      left = true;
    };
  }, [editor, search, replace, caseSensitive]);
  useEffect(
    () => () => {
      if (editor.isDestroyed) return;
      editor.view.dispatch(setSearchState(editor.state.tr, new SearchQuery({ search: "" })));
    },
    [editor],
  );

  const run = (command: Command): void => {
    command(editor.state, editor.view.dispatch, editor.view);
  };
  const close = (): void => {
    onClose();
    editor.commands.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Escape") close();
    else if (event.key === "Enter" && event.target === input.current) {
      run(event.shiftKey ? findPrev : findNext);
    } else return;
    event.preventDefault();
  };

  return (
    <search className="find" aria-label={words.find.label} onKeyDown={onKeyDown}>
      <div className="find__row">
        <input
          ref={input}
          type="text"
          aria-label={words.find.find}
          placeholder={words.find.find}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
        <output className="find__count">{search && words.find.count(...count)}</output>
        <IconButton
          label={words.find.matchCase}
          pressed={caseSensitive}
          icon={CaseSensitive}
          onClick={() => setCaseSensitive(!caseSensitive)}
        />
        <IconButton label={words.find.previous} icon={ArrowUp} onClick={() => run(findPrev)} />
        <IconButton label={words.find.next} icon={ArrowDown} onClick={() => run(findNext)} />
        <IconButton label={words.close} icon={X} onClick={close} />
      </div>
      {canReplace && (
        <div className="find__row">
          <input
            type="text"
            aria-label={words.find.replace}
            placeholder={words.find.replace}
            value={replace}
            onChange={(event) => setReplace(event.target.value)}
          />
          <button type="button" className="button" onClick={() => run(replaceNext)}>
            {words.find.replaceOne}
          </button>
          <button type="button" className="button" onClick={() => run(replaceAll)}>
            {words.find.replaceAll}
          </button>
        </div>
      )}
    </search>
  );
}

const sameCount = (before: readonly number[], now: readonly number[]): boolean =>
  before.every((number, index) => number === now[index]);

/** Which match is selected (0: none) and how many there are. */
function countOf({ state }: Editor): [at: number, total: number] {
  if (!getSearchState(state)?.query.valid) return [0, 0];
  const matches = getMatchHighlights(state).find();
  const { from, to } = state.selection;
  return [matches.findIndex((match) => match.from === from && match.to === to) + 1, matches.length];
}

interface IconButtonProps {
  readonly label: string;
  readonly icon: LucideIcon;
  /** Where it switches something on and off. */
  readonly pressed?: boolean | undefined;
  readonly onClick: () => void;
}

function IconButton({ label, icon: Icon, pressed, onClick }: IconButtonProps): ReactNode {
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      onClick={onClick}
    >
      <Icon aria-hidden="true" />
    </button>
  );
}
