import { type ReactNode, useEffect, useRef } from "react";
import { useStored } from "../../../shared/use-stored.js";
import { useWords } from "../../../words/words.js";
import { SLASH_MENU_ID, slashMenuStore, slashOptionId } from "./slash-commands.js";

const WIDTH = 260;
const HEIGHT = 320;
const GAP = 6;

/** The blocks that a slash offers; the keyboard works from the text, see `SlashCommands`. */
export function SlashMenu(): ReactNode {
  const words = useWords();
  const menu = useStored(slashMenuStore);
  const list = useRef<HTMLDivElement>(null);
  const selected = menu?.selected;
  useEffect(() => {
    if (selected === undefined) return;
    list.current?.children[selected]?.scrollIntoView({ block: "nearest" });
  }, [selected]);

  if (menu === null) return null;
  const above = menu.bottom + GAP + HEIGHT > innerHeight && menu.top > innerHeight / 2;
  const left = Math.max(
    GAP,
    Math.min(menu.left, document.documentElement.clientWidth - WIDTH - GAP),
  );
  const place = above
    ? { left, bottom: innerHeight - menu.top + GAP }
    : { left, top: menu.bottom + GAP };
  return (
    <div
      ref={list}
      id={SLASH_MENU_ID}
      role="listbox"
      aria-label={words.slash.label}
      className="options slash"
      style={{ ...place, width: WIDTH, maxHeight: HEIGHT }}
    >
      {menu.items.map((block, index) => {
        const Icon = block.icon;
        return (
          // The keyboard is the text's own: an option never has the focus.
          <div
            key={block.id}
            id={slashOptionId(block)}
            role="option"
            tabIndex={-1}
            aria-selected={index === menu.selected}
            className="option"
            onMouseDown={(event) => {
              event.preventDefault();
              menu.choose(block);
            }}
          >
            <Icon aria-hidden="true" />
            <span className="option__name">{block.name(words)}</span>
            {block.markdown !== null && <kbd>{block.markdown}</kbd>}
          </div>
        );
      })}
    </div>
  );
}
