import type { LucideIcon } from "lucide-react";
import { lazy, type ReactNode, Suspense, useRef, useState } from "react";
import type { MenuEntry } from "./menu.js";

/** Menus bring a library of their own, which no page needs before the first one opens. */
const PopupMenu = lazy(async () => ({ default: (await import("./menu.js")).PopupMenu }));

interface Props {
  readonly label: string;
  readonly icon: LucideIcon;
  readonly groups: readonly (readonly MenuEntry[])[];
}

/** A button that opens a menu. */
export function MenuButton({ label, icon: Icon, groups }: Props): ReactNode {
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        ref={button}
        type="button"
        className="icon-button"
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Icon aria-hidden="true" />
      </button>
      {open && (
        <Suspense>
          <PopupMenu label={label} button={button} groups={groups} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
