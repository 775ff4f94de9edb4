import fc from "fast-check";
import { expect, it } from "vitest";
import { CodePoints } from "../src/code-points.js";

const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  deleted: fc.nat(4),
  inserted: fc.string({ unit: fc.constantFrom("a", "é", "🎉", "𝒳", "\u{10ffff}"), maxLength: 4 }),
});

it("TR3: finds every code point where the text has it, after any edits", () => {
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 30 }), (edits) => {
      const points = new CodePoints();
      let text = "";
      for (const { at, deleted, inserted } of edits) {
        const characters = [...text];
        const start = Math.floor(at * characters.length);
        const unit = characters.slice(0, start).join("").length;
        const removed = characters.slice(start, start + deleted).join("");
        points.splice(unit, removed.length, inserted);
        text = text.slice(0, unit) + inserted + text.slice(unit + removed.length);
        const now = [...text];
        expect(points.count(text.length)).toBe(now.length);
        for (let nth = 0; nth <= now.length; nth++) {
          expect(points.toUnits(nth)).toBe(now.slice(0, nth).join("").length);
        }
      }
    }),
  );
});
