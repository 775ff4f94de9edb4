import type { Editor } from "@tiptap/core";
import { yUndoPluginKey } from "@tiptap/y-tiptap";
import { type KeyboardEvent, type ReactNode, useRef, useState } from "react";
import { useWords } from "../../words/words.js";
import { useEditorState } from "../text/use-editor-state.js";
import { type Action, actionGroups, tableActions } from "./actions.js";
import { LanguageSelect } from "./language-select.js";
import { shortcutText } from "./shortcut-text.js";

/** Formatting. One stop for the Tab key; arrow keys move inside, as in any toolbar. */
export function Toolbar({ editor, disabled }: { editor: Editor; disabled: boolean }): ReactNode {
  const words = useWords();
  const bar = useRef<HTMLDivElement>(null);
  const [wanted, setStop] = useState(0);
  const inTable = useEditorState(editor, () => editor.isActive("table"));
  const inCode = useEditorState(editor, () => editor.isActive("codeBlock"));
  const groups = inTable ? [...actionGroups, tableActions] : actionGroups;
  const actions = groups.flat();
  const stops = actions.length + (inCode ? 1 : 0);
  // What is there for tables and code goes with them.
  const stop = Math.min(wanted, stops - 1);
  const known = useRef<Known | null>(null);
  const states = useEditorState(
    editor,
    () => {
      const place = `${disabled} ${inTable} ${placeOf(editor)}`;
      if (known.current?.place !== place || !editor.state.selection.empty) {
        known.current = { place, states: statesOf(editor, actions, disabled) };
      }
      return known.current.states;
    },
    sameStates,
  );

  const onKeyDown = (event: KeyboardEvent): void => {
    const next = nextStop(event.key, stop, stops);
    if (next === null) return;
    event.preventDefault();
    setStop(next);
    bar.current?.querySelectorAll<HTMLElement>("button, select")[next]?.focus();
  };

  return (
    <div
      ref={bar}
      role="toolbar"
      aria-label={words.document.toolbar}
      className="toolbar"
      onKeyDown={onKeyDown}
      // Buttons must not take the focus, and with it the selection, from the text.
      onMouseDown={(event) => {
        if (!(event.target instanceof HTMLSelectElement)) event.preventDefault();
      }}
    >
      {groups.map((group) => (
        <div key={group[0]?.id} className="toolbar__group">
          {group.map((action) => {
            const index = actions.indexOf(action);
            return (
              <ActionButton
                key={action.id}
                action={action}
                state={states.get(action.id)}
                tabIndex={index === stop ? 0 : -1}
                onFocus={() => setStop(index)}
                onClick={() => action.run(editor)}
              />
            );
          })}
        </div>
      ))}
      {inCode && (
        <LanguageSelect
          editor={editor}
          disabled={disabled}
          tabIndex={stop === actions.length ? 0 : -1}
          onFocus={() => setStop(actions.length)}
        />
      )}
    </div>
  );
}

interface ActionState {
  readonly active: boolean;
  readonly available: boolean;
}

type States = ReadonlyMap<string, ActionState>;

/** Finding out what can be done is dear, and typing on does not change it. */
interface Known {
  readonly place: string;
  readonly states: States;
}

/** All that the states follow from while nothing is selected: blocks around, marks, history. */
function placeOf({ state }: Editor): string {
  const { $from } = state.selection;
  const around = Array.from({ length: $from.depth + 1 }, (_, depth) => {
    const { type, attrs } = $from.node(depth);
    return `${type.name}${attrs.level ?? ""}`;
  });
  const marks = (state.storedMarks ?? $from.marks()).map(({ type }) => type.name);
  const { hasUndoOps, hasRedoOps } = yUndoPluginKey.getState(state);
  return [...around, ...marks, hasUndoOps, hasRedoOps].join(" ");
}

/** By id of the action. */
function statesOf(editor: Editor, actions: readonly Action[], disabled: boolean): States {
  const can = editor.can();
  return new Map(
    actions.map(({ id, isActive, canRun }) => [
      id,
      { active: isActive?.(editor) ?? false, available: !disabled && canRun(can) },
    ]),
  );
}

function sameStates(before: States, now: States): boolean {
  if (before.size !== now.size) return false;
  for (const [id, { active, available }] of now) {
    const other = before.get(id);
    if (other?.active !== active || other.available !== available) return false;
  }
  return true;
}

function nextStop(key: string, stop: number, count: number): number | null {
  switch (key) {
    case "ArrowRight":
      return (stop + 1) % count;
    case "ArrowLeft":
      return (stop + count - 1) % count;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}

interface ActionButtonProps {
  readonly action: Action;
  readonly state: ActionState | undefined;
  readonly tabIndex: number;
  readonly onFocus: () => void;
  readonly onClick: () => void;
}

function ActionButton({ action, state, onClick, ...rest }: ActionButtonProps): ReactNode {
  const words = useWords();
  const name = action.name(words);
  const { active = false, available = false } = state ?? {};
  const Icon = action.icon;
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={name}
      aria-keyshortcuts={action.keys ?? undefined}
      aria-pressed={action.isActive === null ? undefined : active}
      // Not `disabled`: a button that loses its use must not lose the focus with it.
      aria-disabled={!available}
      title={action.keys === null ? name : `${name} (${shortcutText(action.keys)})`}
      onClick={available ? onClick : undefined}
      {...rest}
    >
      <Icon aria-hidden="true" />
    </button>
  );
}
