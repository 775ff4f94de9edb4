import { describe, expect, it } from "vitest";
import { shortcutText } from "../src/document/toolbar/shortcut-text.js";

describe("shortcuts", () => {
  it("are written as the machine writes them", () => {
    expect(shortcutText("Control+Shift+8", false)).toBe("Ctrl+Shift+8");
    expect(shortcutText("Control+Shift+8", true)).toBe("⌘⇧8");
  });
});
