import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Awareness } from "y-protocols/awareness";
import { Doc } from "yjs";
import { paletteColor, peopleIn, personFrom } from "../src/index.js";

const named = (name: unknown): string => personFrom(1, { user: { name } }, false).name;
const coloured = (color: unknown): string => personFrom(1, { user: { color } }, false).color;

describe("a person", () => {
  it("PE1: has a printable name and a colour, whatever the state is", () => {
    const wild = fc.oneof(
      fc.anything(),
      fc.record({ user: fc.anything() }),
      fc.record({ user: fc.record({ name: fc.anything(), color: fc.anything() }) }),
      fc.record({ user: fc.record({ name: fc.string({ unit: "binary" }), color: fc.string() }) }),
    );
    fc.assert(
      fc.property(fc.nat(), wild, (clientId, state) => {
        const { name, color } = personFrom(clientId, state, false);
        expect(color).toMatch(/^#[0-9a-f]{6}$/);
        expect(Array.from(name).length).toBeGreaterThanOrEqual(1);
        expect(Array.from(name).length).toBeLessThanOrEqual(40);
        expect(name).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
      }),
      { numRuns: 500 },
    );
  });

  it("PE1: keeps a name and a colour that are fine", () => {
    expect(named("Ada Lovelace")).toBe("Ada Lovelace");
    expect(named("  木村 🌱 ")).toBe("木村 🌱");
    expect(coloured("#C2410C")).toBe("#c2410c");
  });

  it("PE1: replaces what is not", () => {
    expect(named("")).toBe("Anonymous");
    expect(named(" \n\t ")).toBe("Anonymous");
    expect(named({ toString: () => "x" })).toBe("Anonymous");
    expect(named("a\u202eb\nc")).toBe("a b c");
    expect(named("x".repeat(5_000_000))).toBe("x".repeat(40));
    for (const color of ["red", "#fff", "#12345g", "#000000;}", "url(x)", 7, null, ["#000000"]]) {
      expect(coloured(color)).toBe(paletteColor(1));
    }
    expect(personFrom(1, Object.create({ user: { name: "inherited" } }), false).name).toBe(
      "Anonymous",
    );
  });
});

describe("people", () => {
  it("PE2: oneself first, the others by name", () => {
    const awareness = new Awareness(new Doc());
    awareness.setLocalState({ user: { name: "Zoe" } });
    awareness.states.set(1, { user: { name: "bob" } });
    awareness.states.set(2, { user: { name: "Ada" } });
    expect(peopleIn(awareness).map(({ name }) => name)).toEqual(["Zoe", "Ada", "bob"]);
    awareness.destroy();
    awareness.doc.destroy();
  });
});
