import { CloseCode } from "@homeroom/protocol";
import { describe, expect, it } from "vitest";
import { refusalWords } from "../src/document/refusal/refusal-words.js";

describe("a refusal", () => {
  it("has words for every code after which a client must stop, and for any other", () => {
    const stopping = Object.values(CloseCode).filter((code) => code >= 4400 && code < 4500);
    for (const code of [...stopping, null, 4444]) {
      expect(refusalWords(code).title).not.toBe("");
      expect(refusalWords(code).hint).not.toBe("");
    }
    expect(refusalWords(CloseCode.deleted).title).toBe("This document was deleted");
    expect(refusalWords(CloseCode.malformed)).toEqual(refusalWords(4444));
  });
});
