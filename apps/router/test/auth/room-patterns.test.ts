import type { RoomName } from "@homeroom/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RoomPatterns } from "../../src/auth/room-patterns.js";

const includes = (patterns: string[], room: string): boolean =>
  new RoomPatterns(patterns).include(room as RoomName);

describe("AU5: rooms are matched by exact names and globs", () => {
  it.each([
    ["docs/a", "docs/a", true],
    ["docs/a", "docs/ab", false],
    ["docs/a", "xdocs/a", false],
    ["*", "anything/at/all", true],
    ["docs/*", "docs/a", true],
    ["docs/*", "docs/a/b/c", true],
    ["docs/*", "docs/", true],
    ["docs/*", "docs", false],
    ["*/notes", "team/x/notes", true],
    ["*/notes", "notes", false],
    ["a*b*c", "abc", true],
    ["a*b*c", "a-b-b-c", true],
    ["a*b*c", "a-c-b", false],
    ["ab*ba", "aba", false],
    ["ab*ba", "abba", true],
    ["a**b", "ab", true],
    ["*a*a*", "a", false],
    ["*a*a*", "aa", true],
    ["constructor", "constructor", true],
    ["a.c", "abc", false],
    ["", "a", false],
  ])("%j and the room %j: %s", (pattern, room, expected) => {
    expect(includes([pattern], room)).toBe(expected);
  });

  it("compares in NFC, which room names have", () => {
    expect(includes(["cafe\u0301"], "caf\u00e9")).toBe(true);
    expect(includes(["cafe\u0301/*"], "caf\u00e9/a")).toBe(true);
  });

  it("agrees with a regular expression on short patterns of few letters", () => {
    const letters = (alphabet: string[]) =>
      fc.array(fc.constantFrom(...alphabet), { maxLength: 8 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(letters(["a", "b", "*"]), letters(["a", "b"]), (pattern, room) => {
        const equivalent = new RegExp(`^${pattern.replaceAll("*", ".*")}$`);
        expect(includes([pattern], room)).toBe(equivalent.test(room));
      }),
      { numRuns: 2_000 },
    );
  });

  it("takes time in proportion to the name where backtracking would take for ever", () => {
    const pattern = `${"a*".repeat(250)}b`;
    const started = performance.now();
    for (let i = 0; i < 1_000; i++) includes([pattern], "a".repeat(255));
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
