import { CloseCode } from "@homeroom/protocol";
import { expect, test } from "vitest";
import { refusalWords } from "../src/document/refusal/refusal-words.js";
import { de } from "../src/words/de.js";
import { en } from "../src/words/en.js";

test.each([en, de])("every refusal says what happened and what to do", (words) => {
  expect(refusalWords(words, null)).toBe(words.refusal.changes);
  expect(refusalWords(words, CloseCode.tooLarge)).toBe(words.refusal.tooLarge);
  const codes = [...Object.values(CloseCode), 4499];
  for (const code of codes) {
    const { title, hint } = refusalWords(words, code);
    expect(title).not.toBe("");
    expect(hint).not.toBe("");
  }
  expect(refusalWords(words, 4499)).toBe(words.refusal.other);
});
