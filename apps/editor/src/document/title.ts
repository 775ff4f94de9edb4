import type { Node } from "@tiptap/pm/model";
import { useCallback, useSyncExternalStore } from "react";
import type { Doc, Map as YMap } from "yjs";

const MAX_TITLE = 80;
/** Beside the text, so that any other editor of the same text is left alone. */
const ROOT = "homeroom";
const KEY = "title";

/** The first line that says something; empty if none does. */
export function firstLineOf(document: Node): string {
  let title = "";
  document.descendants((node) => {
    if (title !== "") return false;
    if (node.isTextblock) title = shortened(node.textContent);
    return !node.isTextblock;
  });
  return title;
}

/** The title that people gave; empty where none did. Others may have written anything there. */
export function givenTitle(doc: Doc): string {
  const title: unknown = facts(doc).get(KEY);
  return typeof title === "string" ? shortened(title) : "";
}

export function giveTitle(doc: Doc, title: string): void {
  const short = shortened(title);
  if (short === givenTitle(doc)) return;
  if (short === "") facts(doc).delete(KEY);
  else facts(doc).set(KEY, short);
}

/** `givenTitle`; renders again when somebody gives another. */
export function useGivenTitle(doc: Doc): string {
  const subscribe = useCallback(
    (listener: () => void) => {
      const map = facts(doc);
      map.observe(listener);
      return () => map.unobserve(listener);
    },
    [doc],
  );
  return useSyncExternalStore(subscribe, () => givenTitle(doc));
}

function facts(doc: Doc): YMap<unknown> {
  return doc.getMap(ROOT);
}

function shortened(text: string): string {
  // Cut first, so that a huge paragraph costs nothing.
  const start = text
    .slice(0, 4 * MAX_TITLE)
    .replace(/\s+/gu, " ")
    .trim();
  return Array.from(start).slice(0, MAX_TITLE).join("");
}
