import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkJson, MalformedError } from "../src/index.js";
import { seeded } from "./support/seeded.js";

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function passes(text: string): boolean {
  try {
    checkJson(text);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedError);
    return false;
  }
}

/** Pieces of JSON, that make JSON more often than letters do. */
const pieces = fc
  .array(
    fc.oneof(
      fc.constantFrom("{", "}", "[", "]", ",", ":", '"', "\\", "\\u00e9", "\\ud800", "1", "-", "."),
      fc.constantFrom(
        "null",
        "true",
        "e5",
        " ",
        "\n",
        "é",
        "🎉",
        '"a":',
        '"[["',
        "\u0000",
        "\ufeff",
      ),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));

describe("JSON", () => {
  it("U3 W2: passes just where JSON.parse takes it", () => {
    fc.assert(
      fc.property(fc.oneof(pieces, fc.json(), fc.string()), (text) => {
        expect(passes(text)).toBe(parses(text));
      }),
      { seed: seeded("U3 JSON"), numRuns: 3_000 },
    );
  });

  it("U3 W2: and is nested at most a hundred deep", () => {
    const depth = fc.integer({ min: 95, max: 105 });
    const around = fc.constantFrom<[open: string, close: string]>(["[", "]"], ['{"[":', "}"]);
    fc.assert(
      fc.property(depth, around, fc.json({ maxDepth: 0 }), (levels, [open, close], inner) => {
        const text = open.repeat(levels) + inner + close.repeat(levels);
        expect(passes(text)).toBe(levels <= 100);
        expect(passes(`[${JSON.stringify(text)}]`)).toBe(true);
      }),
      { seed: seeded("U3 depth") },
    );
  });

  it.each([
    ["brackets that open after too many have closed", `${"]".repeat(500)}${"[".repeat(500)}`],
    ["a quote that hides brackets from the count", `"${"[".repeat(500)}`],
    ["an escape that hides a quote", `["\\"${"[".repeat(500)}"`],
    ["a million brackets", "[".repeat(1_000_000)],
  ])("U3 W2: %s is malformed", (_, text) => {
    expect(passes(text)).toBe(false);
  });
});
