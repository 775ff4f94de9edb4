import type { Node } from "@tiptap/pm/model";

const MAX_TITLE = 80;

/** The first line that says something; empty if none does. */
export function titleOf(document: Node): string {
  let title = "";
  document.descendants((node) => {
    if (title !== "") return false;
    if (node.isTextblock) title = node.textContent.trim().slice(0, MAX_TITLE);
    return !node.isTextblock;
  });
  return title;
}
