import type { Node } from "@tiptap/pm/model";

/** Enough text to tell one place from another. */
const CONTEXT = 40;

/**
 * Where a position is after a change, by comparing documents: what lies before or behind all that
 * changed keeps its distance to the document's start or end. Inside of what changed, the only
 * place with the same text before it in its block, or behind it, is it.
 * @returns null where that leaves doubt
 */
export function movedPosition(before: Node, after: Node, at: number): number | null {
  const start = before.content.findDiffStart(after.content);
  const end = before.content.findDiffEnd(after.content);
  if (start === null || end === null) return at;
  if (at >= end.a) return at + end.b - end.a;
  if (at <= start) return at;
  const $at = before.resolve(at);
  if (!$at.parent.isTextblock) return null;
  const text = $at.parent.textContent;
  const behind = text.slice($at.parentOffset, $at.parentOffset + CONTEXT);
  const ahead = text.slice(Math.max(0, $at.parentOffset - CONTEXT), $at.parentOffset);
  return (
    onlyPlace(after, ahead + behind, ahead.length) ??
    onlyPlace(after, behind, 0) ??
    onlyPlace(after, ahead, ahead.length)
  );
}

/** The position `offset` characters into the only occurrence of `text`. */
function onlyPlace(doc: Node, text: string, offset: number): number | null {
  if (text === "") return null;
  let found: number | null = null;
  let count = 0;
  doc.descendants((node, position) => {
    if (!node.isTextblock) return count < 2;
    // Inline nodes without text stand for one character each, as in positions.
    const content = node.textBetween(0, node.content.size, undefined, "\ufffc");
    for (
      let index = content.indexOf(text);
      index !== -1;
      index = content.indexOf(text, index + 1)
    ) {
      count++;
      found = position + 1 + index + offset;
    }
    return false;
  });
  return count === 1 ? found : null;
}
