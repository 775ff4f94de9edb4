import type { ReactNode } from "react";
import { Dialog } from "../../shared/dialog.js";
import { useWords } from "../../words/words.js";
import { blocks } from "../text/blocks/blocks.js";
import { actionGroups } from "../toolbar/actions.js";
import { shortcutText } from "../toolbar/shortcut-text.js";

type Row = readonly [name: string, keys: string];

/** What the keyboard can do, and what can be typed instead of chosen. */
export function HelpDialog({ onClose }: { onClose: () => void }): ReactNode {
  const words = useWords();
  const writing: Row[] = actionGroups
    .flat()
    .flatMap((action) =>
      action.keys === null ? [] : [[action.name(words), shortcutText(action.keys)] as const],
    );
  const typed: Row[] = [
    [words.help.slash, "/"],
    ...blocks.flatMap((block) =>
      block.markdown === null ? [] : [[block.name(words), block.markdown] as const],
    ),
  ];
  const moving: Row[] = [
    [words.help.find, shortcutText("Control+F")],
    [words.help.toToolbar, shortcutText("Alt+F10")],
    [words.help.nextCell, "Tab"],
    [words.help.indent, "Tab"],
    [words.help.leaveCode, shortcutText("Control+Enter")],
    [words.help.help, shortcutText("Control+/")],
  ];
  return (
    <Dialog title={words.help.title} onClose={onClose}>
      <div className="help">
        <Keys title={words.help.writing} rows={writing} />
        <Keys title={words.help.typed} rows={typed} />
        <Keys title={words.help.moving} rows={moving} />
      </div>
    </Dialog>
  );
}

function Keys({ title, rows }: { title: string; rows: readonly Row[] }): ReactNode {
  return (
    <section>
      <h3>{title}</h3>
      <dl>
        {rows.map(([name, keys]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <kbd>{keys}</kbd>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
