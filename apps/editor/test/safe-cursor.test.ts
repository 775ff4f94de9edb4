import { relativePositionToAbsolutePosition } from "@tiptap/y-tiptap";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Awareness } from "y-protocols/awareness";
import {
  createRelativePositionFromJSON,
  createRelativePositionFromTypeIndex,
  Doc,
  relativePositionToJSON,
  XmlElement,
  XmlText,
} from "yjs";
import { SafeAwareness } from "../src/document/carets/safe-awareness.js";
import { safeCursor } from "../src/document/carets/safe-cursor.js";

/** Two paragraphs, one of them deleted, and a type that is not part of the text. */
function documentWithText(): { doc: Doc; text: XmlText } {
  const doc = new Doc();
  doc.clientID = 7;
  const fragment = doc.getXmlFragment("default");
  const paragraphs = ["first", "second"].map((words) => {
    const paragraph = new XmlElement("paragraph");
    paragraph.insert(0, [new XmlText(words)]);
    return paragraph;
  });
  fragment.insert(0, paragraphs);
  fragment.delete(1, 1);
  doc.getMap("other").set("text", new XmlText("elsewhere"));
  return { doc, text: paragraphs[0]?.get(0) as XmlText };
}

const { doc, text } = documentWithText();
const fragment = doc.getXmlFragment("default");

/** What the editor's binding does with each cursor, on each remote change. */
function resolve(cursor: ReturnType<typeof safeCursor>): void {
  if (cursor === null) return;
  for (const end of [cursor.anchor, cursor.head]) {
    relativePositionToAbsolutePosition(
      doc,
      fragment,
      createRelativePositionFromJSON(end),
      new Map(),
    );
  }
}

describe("a cursor from another client", () => {
  it("is kept if it is one", () => {
    const position = createRelativePositionFromTypeIndex(text, 2);
    const cursor = { anchor: relativePositionToJSON(position), head: position };
    const safe = safeCursor(JSON.parse(JSON.stringify(cursor)), "default");
    expect(safe?.head.item).toEqual({ client: 7, clock: expect.any(Number) });
    expect(safe?.anchor).toEqual(safe?.head);
  });

  it("never makes the binding throw, whatever it is", () => {
    const count = fc.oneof(
      fc.integer({ min: 0, max: 40 }),
      fc.integer(),
      fc.double(),
      fc.anything(),
    );
    const id = fc.oneof(
      fc.record({ client: fc.oneof(fc.constant(7), count), clock: count }),
      fc.anything(),
    );
    const end = fc.oneof(
      fc.record(
        {
          type: id,
          item: id,
          tname: fc.oneof(fc.constantFrom("default", "other", "__proto__"), fc.anything()),
          assoc: fc.oneof(fc.constantFrom(-1, 0), fc.anything()),
        },
        { requiredKeys: [] },
      ),
      fc.anything(),
    );
    const cursor = fc.oneof(fc.record({ anchor: end, head: end }), fc.anything());
    fc.assert(
      fc.property(cursor, (value) => {
        expect(() => resolve(safeCursor(value, "default"))).not.toThrow();
      }),
      { numRuns: 3000 },
    );
    expect(new Set(doc.share.keys())).toEqual(new Set(["default", "other"]));
  });

  it("is none if it points nowhere", () => {
    for (const value of [
      null,
      true,
      "x",
      [],
      {},
      { anchor: {}, head: {} },
      { anchor: 1, head: 2 },
    ]) {
      expect(safeCursor(value, "default")).toBeNull();
    }
  });
});

describe("awareness for the carets", () => {
  it("shows a checked state of everybody, the same object until it is replaced", () => {
    const awareness = new Awareness(new Doc());
    const safe = new SafeAwareness(awareness, "default");
    awareness.states.set(1, { user: "a string", cursor: true });
    awareness.states.set(2, null as never);
    const states = safe.getStates();
    expect(states.get(1)).toEqual({
      user: { clientId: 1, name: "Anonymous", color: expect.stringMatching(/^#[0-9a-f]{6}$/) },
      cursor: null,
    });
    expect(states.get(2)?.cursor).toBeNull();
    expect(safe.states.get(1)).toBe(states.get(1));
    awareness.states.set(1, { user: { name: "Ada", color: "#0369A1" } });
    expect(safe.states.get(1)?.user).toEqual({ clientId: 1, name: "Ada", color: "#0369a1" });
    awareness.destroy();
    awareness.doc.destroy();
  });
});
