import { PALETTE } from "@homeroom/client";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inkOn } from "../src/document/carets/ink.js";

/** Contrast ratio of WCAG 2.2, written out once more from its definition. */
function contrast(a: string, b: string): number {
  const luminance = (color: string): number => {
    const [r = 0, g = 0, b = 0] = [0, 1, 2].map((i) => {
      const c = Number.parseInt(color.slice(1 + 2 * i, 3 + 2 * i), 16) / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

describe("ink", () => {
  it("can be read on every colour that a client may send", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffff }), (number) => {
        const color = `#${number.toString(16).padStart(6, "0")}`;
        expect(contrast(color, inkOn(color))).toBeGreaterThanOrEqual(4.5);
      }),
      { numRuns: 2000 },
    );
  });

  it("is white on the colours that people choose from", () => {
    for (const color of PALETTE) expect(inkOn(color), color).toBe("#ffffff");
  });
});
