/**
 * Turns positions in code points, as recordings count them, into positions in UTF-16 units, as
 * `Y.Text` counts them. Remembers where the characters are that take two units, so a text without
 * any costs nothing.
 */
export class CodePoints {
  /** UTF-16 positions of the characters that take two units, ascending. */
  #wide: number[] = [];

  /** The text's length in code points, where it has `length` units. */
  count(length: number): number {
    return length - this.#wide.length;
  }

  /** Where the code point `position` begins. */
  toUnits(position: number): number {
    // The wide character at #wide[nth] is the code point number #wide[nth] - nth.
    let low = 0;
    let high = this.#wide.length;
    while (low < high) {
      const nth = (low + high) >>> 1;
      if ((this.#wide[nth] ?? 0) - nth < position) low = nth + 1;
      else high = nth;
    }
    return position + low;
  }

  /** Follows a change of the text at unit `at`. */
  splice(at: number, deleted: number, inserted: string): void {
    const added = hasWide(inserted) ? widePositions(inserted, at) : [];
    if (this.#wide.length === 0 && added.length === 0) return;
    const shift = inserted.length - deleted;
    const before = this.#wide.filter((position) => position < at);
    const after = this.#wide.filter((position) => position >= at + deleted);
    this.#wide = [...before, ...added, ...after.map((position) => position + shift)];
  }
}

/** Whether a text has characters that take two UTF-16 units. */
export const hasWide = (text: string): boolean => WIDE.test(text);

const WIDE = /[\ud800-\udbff][\udc00-\udfff]/;

function widePositions(text: string, offset: number): number[] {
  const all = new RegExp(WIDE, "g");
  return Array.from(text.matchAll(all), ({ index }) => index + offset);
}
