import type { Node } from "@tiptap/pm/model";

export interface Heading {
  readonly level: number;
  readonly text: string;
  readonly position: number;
}

/** The headings of a document, in order; those without text are left out. */
export function headingsOf(doc: Node): readonly Heading[] {
  const headings: Heading[] = [];
  doc.descendants((node, position) => {
    if (node.type.name === "heading" && node.textContent.trim() !== "") {
      headings.push({ level: Number(node.attrs.level), text: node.textContent, position });
    }
    return !node.isTextblock;
  });
  return headings;
}

export function sameHeadings(before: readonly Heading[], now: readonly Heading[]): boolean {
  return (
    before.length === now.length &&
    before.every(({ level, text, position }, index) => {
      const other = now[index];
      return level === other?.level && text === other.text && position === other.position;
    })
  );
}
