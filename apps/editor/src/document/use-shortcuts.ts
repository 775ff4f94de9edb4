import { useEffect } from "react";
import { dialogStore } from "./dialogs.js";

/** Keys that work wherever the focus is. */
export function useShortcuts(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (isCommand(event, "/")) {
        dialogStore.set("help");
      } else if (event.key === "F10" && event.altKey) {
        const stop = document.querySelector<HTMLElement>("[role=toolbar] [tabindex='0']");
        stop?.focus();
      } else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);
}

/** Whether a key was pressed together with Ctrl, or ⌘ on a Mac. */
export function isCommand(event: KeyboardEvent, key: string): boolean {
  return (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === key;
}
