import type { LucideIcon } from "lucide-react";
import { Fragment, type ReactNode, type RefObject } from "react";
import { Menu, MenuItem, Popover, Separator } from "react-aria-components";

export interface MenuEntry {
  readonly id: string;
  readonly name: string;
  readonly icon: LucideIcon;
  readonly run: () => void;
}

interface Props {
  readonly label: string;
  /** The button that opened it: where it appears, and where the focus returns to. */
  readonly button: RefObject<HTMLButtonElement | null>;
  readonly groups: readonly (readonly MenuEntry[])[];
  readonly onClose: () => void;
}

/** A menu below a button, open for as long as it is rendered. */
export function PopupMenu({ label, button, groups, onClose }: Props): ReactNode {
  return (
    <Popover
      isOpen
      triggerRef={button}
      placement="bottom end"
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Menu
        aria-label={label}
        className="options"
        autoFocus="first"
        onClose={onClose}
        onAction={(id) => {
          const entry = groups.flat().find((each) => each.id === id);
          entry?.run();
        }}
      >
        {groups.map((entries, index) => (
          <Fragment key={entries[0]?.id}>
            {index > 0 && <Separator className="options__line" />}
            {entries.map(({ id, name, icon: Icon }) => (
              <MenuItem key={id} id={id} textValue={name} className="option">
                <Icon aria-hidden="true" />
                <span className="option__name">{name}</span>
              </MenuItem>
            ))}
          </Fragment>
        ))}
      </Menu>
    </Popover>
  );
}
