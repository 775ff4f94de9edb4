import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeRoomPath, parseRoomName } from "../src/index.js";
import { anyText } from "./support/characters.js";
import { seeded } from "./support/seeded.js";

const length = (name: string): number => new TextEncoder().encode(name).length;

describe("room names", () => {
  it.each([
    "a",
    "docs/2024/notes",
    "constructor",
    "__proto__",
    "toString",
    "a b",
    "100%",
    "?#&+",
    "..a",
    "...",
    ".hidden",
    "écrit 文 🎉",
    "\u200b",
    "x".repeat(255),
    "é".repeat(127),
    `${"a/".repeat(127)}a`,
  ])("N1: %j is a name", (name) => {
    expect(parseRoomName(name)).toBe(name);
    expect(decodeRoomPath(encodeURIComponent(name))).toBe(name);
  });

  it.each([
    "",
    "/",
    "/a",
    "a/",
    "a//b",
    ".",
    "..",
    "a/./b",
    "../a",
    "a/..",
    "a\0b",
    "a\nb",
    "\u007f",
    "\u0085",
    "\ud800",
    "a\udc00b",
    "x".repeat(256),
    "é".repeat(128),
    "🎉".repeat(64),
  ])("N1: %j is none", (name) => {
    expect(parseRoomName(name)).toBeNull();
  });

  it("N1: a name is brought to NFC, and its bytes are counted then", () => {
    expect(parseRoomName("e\u0301")).toBe("é");
    expect(parseRoomName("u\u0308\u0304".repeat(127))).toBe("ǖ".repeat(127));
    expect(parseRoomName("u\u0308\u0304".repeat(128))).toBeNull();
    expect(parseRoomName("\u0344".repeat(100))).toBeNull();
  });

  it("N1: a path is decoded once", () => {
    expect(decodeRoomPath("a%20b%2Fc")).toBe("a b/c");
    expect(decodeRoomPath("a%2520b")).toBe("a%20b");
    expect(decodeRoomPath("%E6%96%87")).toBe("文");
    expect(decodeRoomPath("%252e%252e")).toBe("%2e%2e");
    for (const path of ["%", "%zz", "100%", "%ff", "%2e%2e", "a%2f%2e%2e", "%00", "%ed%a0%80"]) {
      expect(decodeRoomPath(path)).toBeNull();
    }
  });

  it("N1: whatever is a name is a good one, and stays it", () => {
    fc.assert(
      fc.property(
        fc.oneof(anyText(20), fc.string({ unit: fc.constantFrom("a", ".", "/") })),
        (text) => {
          const name = parseRoomName(text);
          if (name === null) return;
          expect(parseRoomName(name)).toBe(name);
          expect(name.normalize("NFC")).toBe(name);
          expect(length(name)).toBeLessThanOrEqual(255);
          expect(name).not.toMatch(/\p{Cc}|\p{Cs}|^\/|\/$|\/\/|(^|\/)\.{1,2}($|\/)/u);
        },
      ),
      { seed: seeded("N1"), numRuns: 2_000 },
    );
  });
});
