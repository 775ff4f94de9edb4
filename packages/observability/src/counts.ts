/** Adds to one of several counts. */
export function increase<Word>(counts: Map<Word, number>, word: Word, by: number): void {
  counts.set(word, (counts.get(word) ?? 0) + by);
}

/** Every word is there from the start, so that a first increase is seen as one. */
export const zeros = <Word extends string>(words: readonly Word[]): Map<Word, number> =>
  new Map(words.map((word) => [word, 0]));
