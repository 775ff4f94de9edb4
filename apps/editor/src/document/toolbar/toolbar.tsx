import { type Editor, useEditorState } from "@tiptap/react";
import { type KeyboardEvent, type ReactNode, useRef, useState } from "react";
import { words } from "../../words.js";
import { type Action, actionGroups } from "./actions.js";
import { shortcutText } from "./shortcut-text.js";

const actions = actionGroups.flat();

/** Formatting. One stop for the Tab key; arrow keys move inside, as in any toolbar. */
export function Toolbar({ editor, disabled }: { editor: Editor; disabled: boolean }): ReactNode {
  const bar = useRef<HTMLDivElement>(null);
  const [stop, setStop] = useState(0);
  const states = useEditorState({
    editor,
    selector: () => statesOf(editor, disabled),
  });

  const onKeyDown = (event: KeyboardEvent): void => {
    const next = nextStop(event.key, stop);
    if (next === null) return;
    event.preventDefault();
    setStop(next);
    bar.current?.querySelectorAll("button")[next]?.focus();
  };

  return (
    <div
      ref={bar}
      role="toolbar"
      aria-label={words.document.toolbar}
      className="toolbar"
      onKeyDown={onKeyDown}
      // Buttons must not take the focus, and with it the selection, from the text.
      onMouseDown={(event) => event.preventDefault()}
    >
      {actionGroups.map((group) => (
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
    </div>
  );
}

interface ActionState {
  readonly active: boolean;
  readonly available: boolean;
}

/** By id of the action. */
function statesOf(editor: Editor, disabled: boolean): ReadonlyMap<string, ActionState> {
  const can = editor.can();
  return new Map(
    actions.map(({ id, isActive, canRun }) => [
      id,
      { active: isActive?.(editor) ?? false, available: !disabled && canRun(can) },
    ]),
  );
}

function nextStop(key: string, stop: number): number | null {
  switch (key) {
    case "ArrowRight":
      return (stop + 1) % actions.length;
    case "ArrowLeft":
      return (stop + actions.length - 1) % actions.length;
    case "Home":
      return 0;
    case "End":
      return actions.length - 1;
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
  const { active = false, available = false } = state ?? {};
  const Icon = action.icon;
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={action.name}
      aria-keyshortcuts={action.keys}
      aria-pressed={action.isActive === null ? undefined : active}
      // Not `disabled`: a button that loses its use must not lose the focus with it.
      aria-disabled={!available}
      title={`${action.name} (${shortcutText(action.keys)})`}
      onClick={available ? onClick : undefined}
      {...rest}
    >
      <Icon aria-hidden="true" />
    </button>
  );
}
