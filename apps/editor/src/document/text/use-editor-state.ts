import type { Editor } from "@tiptap/core";
import { useCallback, useRef, useSyncExternalStore } from "react";

/**
 * What surrounds the text follows it at a distance: rendering it with every key would stand between
 * a key and its letter.
 */
const BEHIND_MS = 40;

/**
 * Something that follows from the editor's state; renders again when it has changed.
 * @param same tells whether two of them mean the same
 */
export function useEditorState<T>(
  editor: Editor,
  select: () => T,
  same: (before: T, now: T) => boolean = Object.is,
): T {
  const seen = useRef<{ readonly value: T } | null>(null);
  const subscribe = useCallback(
    (listener: () => void) => {
      let timer: number | null = null;
      const onTransaction = (): void => {
        timer ??= window.setTimeout(() => {
          timer = null;
          if (!editor.isDestroyed) listener();
        }, BEHIND_MS);
      };
      editor.on("transaction", onTransaction);
      return () => {
        if (timer !== null) clearTimeout(timer);
        editor.off("transaction", onTransaction);
      };
    },
    [editor],
  );
  return useSyncExternalStore(subscribe, () => {
    const value = select();
    if (seen.current === null || !same(seen.current.value, value)) seen.current = { value };
    return seen.current.value;
  });
}
