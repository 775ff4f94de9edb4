import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { EMPTY_UPDATE, isEmptyScan, MalformedError, scanUpdate } from "../../src/index.js";
import {
  deletes,
  fromHex,
  id,
  item,
  section,
  single,
  sized,
  text,
  update,
  varUint,
} from "../support/craft.js";
import { joined, sessions, some } from "../support/editing.js";
import { recordedUpdates } from "../support/recordings.js";
import { seeded } from "../support/seeded.js";

const REF = {
  gc: 0,
  deleted: 1,
  json: 2,
  binary: 3,
  string: 4,
  embed: 5,
  format: 6,
  type: 7,
  any: 8,
  subdocument: 9,
  skip: 10,
} as const;

const contentRefs = (bytes: Uint8Array): string[] =>
  Y.decodeUpdate(bytes).structs.map((struct) =>
    struct instanceof Y.Item ? struct.content.constructor.name : struct.constructor.name,
  );

describe("what Yjs writes", () => {
  it("U1: every update of random sessions passes, whole, merged with gaps, and cut", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(sessions(40), fc.nat(), fc.nat(), (session, mask, otherMask) => {
        const all = joined(session);
        const whole = Y.encodeStateAsUpdate(all);
        const merged = Y.mergeUpdates([EMPTY_UPDATE, ...some(session.updates, mask)]);
        const mergedTwice = Y.mergeUpdates([merged, ...some(session.updates, otherMask)]);
        // It holds back what it cannot integrate yet, and tells of it when it is encoded.
        const waiting = new Y.Doc();
        Y.applyUpdate(waiting, merged);
        const updates = [...session.updates, whole, merged, mergedTwice];
        for (const doc of session.docs) {
          const vector = Y.encodeStateVector(doc);
          updates.push(Y.encodeStateAsUpdate(all, vector), Y.encodeStateAsUpdate(waiting, vector));
          updates.push(Y.diffUpdate(mergedTwice, vector));
        }
        for (const each of updates) {
          scanUpdate(each);
          for (const ref of contentRefs(each)) seen.add(ref);
        }
      }),
      { seed: seeded("U1 sessions"), numRuns: 60 },
    );
    const structs = ["GC", "Skip"];
    const items = ["Any", "Binary", "Deleted", "Doc", "Embed", "Format", "String", "Type"];
    expect(seen).toEqual(new Set([...structs, ...items.map((name) => `Content${name}`)]));
  });

  it.for(["sveltecomponent", "friendsforever_flat"])(
    "U1: the recorded session %s passes, keystroke by keystroke and as a whole",
    (name, context) => {
      const { updates, doc } = recordedUpdates(`${name}.json.gz`, 4_000, context);
      expect(updates.length).toBeGreaterThan(3_000);
      for (const each of updates) scanUpdate(each);
      const { sections, deletes: deleted } = scanUpdate(Y.encodeStateAsUpdate(doc));
      expect(sections.map(({ client, end }) => [client, end])).toEqual([
        ...Y.decodeStateVector(Y.encodeStateVector(doc)),
      ]);
      expect(deleted).toBe(true);
    },
  );

  it("U1: JSON content, which only old versions of Yjs wrote, passes and stays as it is", () => {
    const values = ["undefined", "null", "1", '"€"', '{"a":[1,{}]}'];
    const old = single(REF.json, values.length, ...values.flatMap(text));
    const doc = new Y.Doc();
    Y.applyUpdate(doc, old);
    expect(doc.getArray("t").toJSON()).toEqual([undefined, null, 1, "€", { a: [1, {}] }]);
    expect(scanUpdate(Y.encodeStateAsUpdate(doc))).toEqual(scanUpdate(old));
  });

  it.each([
    ["letters", "abc", 3],
    ["letters of two and three bytes", "äö€", 3],
    ["emoji", "a👩‍👩‍👧🎉", 11],
    ["half a surrogate pair", "a\ud83d", 2],
  ])("U1: text is counted in UTF-16 units: %s", (_, value, units) => {
    const doc = new Y.Doc();
    doc.getText("t").insert(0, value);
    const whole = Y.encodeStateAsUpdate(doc);
    expect(scanUpdate(whole).sections[0]).toMatchObject({ clock: 0, end: units, gap: units });
    for (let clock = 1; clock < units; clock++) {
      const vector = Uint8Array.from([1, ...id(doc.clientID, clock)]);
      const rest = scanUpdate(Y.diffUpdate(whole, vector));
      expect(rest.sections[0]).toMatchObject({ clock, end: units });
    }
  });

  it("U1: values are passed over to the byte, whatever they are", () => {
    const value = fc.anything({
      withBigInt: true,
      withTypedArray: false,
      withObjectString: false,
      maxDepth: 5,
    });
    fc.assert(
      fc.property(fc.array(value, { maxLength: 5 }), fc.uint8Array(), (values, bytes) => {
        const doc = new Y.Doc();
        doc.getMap("map").set("values", { values, bytes, ["__proto__"]: values });
        expect(scanUpdate(Y.encodeStateAsUpdate(doc)).sections).toHaveLength(1);
      }),
      { seed: seeded("U1 values") },
    );
  });

  it("U7: shared types, subdocuments and root types are told", () => {
    const doc = new Y.Doc();
    doc.getArray("list").insert(0, [new Y.Map(), new Y.Array(), new Y.Doc(), "text"]);
    doc.getText("words").insert(0, "abc");
    doc.getText("words").delete(1, 1);
    const scan = scanUpdate(Y.encodeStateAsUpdate(doc));
    expect(scan).toMatchObject({ types: 2, subdocuments: 1, deletes: true });
    expect(scan.roots).toEqual(new Set(["words", "list"]));
    expect(isEmptyScan(scan)).toBe(false);
    expect(scanUpdate(EMPTY_UPDATE)).toMatchObject({ types: 0, subdocuments: 0, deletes: false });
    expect(isEmptyScan(scanUpdate(EMPTY_UPDATE))).toBe(true);
    expect(isEmptyScan(scanUpdate(update([], [deletes(1, [0, 1])])))).toBe(false);
    expect(isEmptyScan(scanUpdate(update([], [deletes(1)])))).toBe(true);
  });

  it("U1: 5,000 nested arrays pass: how deep shared types nest, only the document can tell", () => {
    const doc = new Y.Doc();
    let inner: Y.Array<unknown> = doc.getArray("t");
    doc.transact(() => {
      for (let depth = 0; depth < 5_000; depth++) {
        const next = new Y.Array();
        inner.insert(0, [next]);
        inner = next;
      }
    });
    const nested = Y.encodeStateAsUpdate(doc);
    expect(nested.length).toBeGreaterThan(30_000);
    expect(scanUpdate(nested).types).toBe(5_000);
    expect(() => doc.getArray("t").toJSON()).toThrow(RangeError);
  });
});

const MAX_CLOCK = 2 ** 31;

const nestedJson = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
const nestedAny = (depth: number): number[] => [
  ...new Array<number[]>(depth).fill([117, 1]).flat(),
  126,
];
const nestedObjects = (depth: number): number[] => [
  ...new Array<number[]>(depth).fill([118, 1, 0]).flat(),
  126,
];

/** Each refused, though the same with one thing put right passes. */
const refused: readonly [what: string, bytes: Uint8Array, why: string][] = [
  ["nothing", new Uint8Array(0), "message ends too early"],
  ["no delete set", Uint8Array.of(0), "message ends too early"],
  ["bytes left over", Uint8Array.of(0, 0, 0), "bytes after the end"],

  ["7 bytes that promise 33 million structs", fromHex("01ffffff0f0100"), "more structs than bytes"],
  ["a length of 149 bytes", fromHex(`0101050500${"80".repeat(147)}0000`), "number out of range"],
  [
    "an overlong number of structs",
    Uint8Array.from([1, 0x81, 0, 1, 0, ...item(1, 1), 0]),
    "overlong",
  ],
  ["an overlong length", single(REF.string, 0x81, 0, 0x61), "overlong number"],
  ["an overlong integer", single(REF.any, 1, 125, 0x81, 0), "overlong number"],
  ["a clock past 2^53", Uint8Array.from([1, 1, 1, ...varUint(2 ** 53), 0, 1, 0]), "out of range"],

  ["more clients than bytes", Uint8Array.of(9, 1, 1, 0, 0, 1, 0), "more clients than bytes"],
  ["more deleting clients than bytes", Uint8Array.of(0, 9, 1, 1), "more clients than bytes"],
  ["more ranges than bytes", Uint8Array.of(0, 1, 1, 9, 0, 1), "more delete ranges than bytes"],
  ["more JSON values than bytes", single(REF.json, 9, ...text("1")), "more values than bytes"],
  ["more values than bytes", single(REF.any, 9, 126), "more values than bytes"],
  ["more elements than bytes", single(REF.any, 1, 117, 9, 126), "more values than bytes"],
  ["more keys than bytes", single(REF.any, 1, 118, 9, 0, 126), "more values than bytes"],

  ["a client without structs", update([[0, 1, 0], section(2, 0, item(1, 1))]), "without structs"],
  ["an empty GC", update([section(1, 0, [REF.gc, 0])]), "empty struct"],
  ["an empty skip", update([section(1, 0, [REF.skip, 0])]), "empty struct"],
  ["nothing deleted", single(REF.deleted, 0), "empty struct"],
  ["no text", single(REF.string, 0), "empty struct"],
  ["no JSON values", single(REF.json, 0), "empty struct"],
  ["no values", single(REF.any, 0), "empty struct"],
  ["an empty delete range", update([], [deletes(1, [0, 0])]), "empty delete range"],

  [
    "a GC past 2^31",
    update([section(1, 1, [REF.gc, ...varUint(MAX_CLOCK)])]),
    "clock out of range",
  ],
  ["text past 2^31", update([section(1, MAX_CLOCK, item(4, ...text("a")))]), "clock out of range"],
  ["a delete past 2^31", update([], [deletes(1, [1, MAX_CLOCK])]), "clock out of range"],
  [
    "an origin past 2^31",
    update([section(1, 0, [0x84, ...id(2, MAX_CLOCK), ...text("a")])]),
    "clock out of range",
  ],

  [
    "a client twice",
    update([section(1, 0, item(1, 1)), section(1, 1, item(1, 1))]),
    "client twice",
  ],
  ["flags on a GC", update([section(1, 0, [0x80, 1])]), "flags on a struct without content"],
  ["flags on a skip", update([section(1, 0, [0x8a, 1])]), "flags on a struct without content"],
  ["unknown content", single(11, 1), "unknown content"],
  ["unknown content, the last", single(31, 1), "unknown content"],
  ["an unknown shared type", single(REF.type, 7), "unknown shared type"],
  ["an unknown value", single(REF.any, 1, 115), "unknown value"],
  ["a value tag past the last", single(REF.any, 1, 128), "unknown value"],
  ["a parent that is no root and no item", update([section(1, 0, [4, 2, 0])]), "kind of parent"],

  [
    "its own origin",
    update([section(1, 3, [0x84, ...id(1, 3), ...text("a")])]),
    "refers to itself",
  ],
  ["its own right origin", update([section(1, 3, [0x44, ...id(1, 3), ...text("a")])]), "to itself"],
  ["its own parent", update([section(1, 0, [4, 0, ...id(1, 0), ...text("a")])]), "to itself"],
  [
    "an origin that comes later",
    update([section(1, 0, [0x84, ...id(1, 1), ...text("a")], item(4, ...text("b")))]),
    "refers to itself",
  ],

  ["JSON that is none", single(REF.json, 1, ...text("{")), "invalid JSON"],
  ["an embed that is no JSON", single(REF.embed, ...text("undefined")), "invalid JSON"],
  ["an empty embed", single(REF.embed, 0), "invalid JSON"],
  ["a format that is no JSON", single(REF.format, ...text("bold"), ...text("tru")), "invalid JSON"],
  ["deep JSON", single(REF.json, 1, ...text(nestedJson(101))), "nested too deeply"],
  ["a deep embed", single(REF.embed, ...text(nestedJson(101))), "nested too deeply"],
  ["a deep format", single(REF.format, 0, ...text(nestedJson(101))), "nested too deeply"],
  ["JSON of 10,000 levels", single(REF.embed, ...text("[".repeat(10_000))), "nested too deeply"],
  ["deep arrays", single(REF.any, 1, ...nestedAny(101)), "nested too deeply"],
  ["deep objects", single(REF.any, 1, ...nestedObjects(101)), "nested too deeply"],
  ["arrays of 10,000 levels", single(REF.any, 1, ...nestedAny(10_000)), "nested too deeply"],
  ["deep options", single(REF.subdocument, 0, 118, 1, 0, ...nestedAny(100)), "nested too deeply"],

  ["text that is not UTF-8", single(REF.string, 1, 0xff), "not UTF-8"],
  ["a root name that is not UTF-8", update([section(1, 0, [1, 1, 1, 0xff, 1])]), "not UTF-8"],
  ["a key that is not UTF-8", update([section(1, 0, [0x21, 1, 0, 1, 0xff, 1])]), "not UTF-8"],
  ["an element name that is not UTF-8", single(REF.type, 3, 1, 0xff), "not UTF-8"],
  ["a value that is not UTF-8", single(REF.any, 1, 119, 1, 0xff), "not UTF-8"],
  ["an object key that is not UTF-8", single(REF.any, 1, 118, 1, 1, 0xff, 126), "not UTF-8"],
  ["a format key that is not UTF-8", single(REF.format, 1, 0xff, ...text("1")), "not UTF-8"],

  [
    "a subdocument without options",
    single(REF.subdocument, ...text("guid"), 126),
    "without options",
  ],
  ["an element without a name", single(REF.type, 3), "ends too early"],
  ["bytes that break off", single(REF.binary, 9, 1), "ends too early"],
  ["a float that breaks off", Uint8Array.from([1, 1, 1, 0, ...item(8, 1, 123, 0, 0)]), "too early"],
];

describe("what is refused", () => {
  it("U3: a length that lib0 takes for NaN, after which Yjs cannot encode the document", () => {
    const author = new Y.Doc();
    author.clientID = 5;
    author.getText("text").insert(0, "hello");
    const doc = new Y.Doc();
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(author));
    const poison = fromHex(`0101050500${"80".repeat(147)}0000`);
    expect(() => scanUpdate(poison)).toThrow("number out of range");
    Y.applyUpdate(doc, poison);
    expect(() => Y.encodeStateAsUpdate(doc)).toThrow();
  });

  it.each(refused)("U3: %s", (_, bytes, why) => {
    expect(() => scanUpdate(bytes)).toThrow(MalformedError);
    expect(() => scanUpdate(bytes)).toThrow(new RegExp(why));
  });

  it.each<[what: string, bytes: Uint8Array]>([
    ["clocks up to 2^31", update([section(1, 0, [REF.gc, ...varUint(MAX_CLOCK)])])],
    ["deletes up to 2^31", update([], [deletes(1, [0, MAX_CLOCK], [MAX_CLOCK - 1, 1])])],
    ["JSON of 100 levels", single(REF.embed, ...text(nestedJson(100)))],
    ["values of 100 levels", single(REF.any, 2, ...nestedAny(100), ...nestedObjects(100))],
    ["brackets in JSON text", single(REF.embed, ...text(JSON.stringify("[".repeat(500))))],
    ["a client that deletes nothing", update([], [deletes(1), deletes(2, [0, 1])])],
    ["an origin of another client that is not here", update([section(1, 0, [0x81, 2, 9, 1])])],
    ["all shared types", update([section(1, 0, ...[0, 1, 2, 4, 6].map((ref) => item(7, ref)))])],
    ["elements and hooks", single(REF.type, 3, ...text("p"))],
    ["a hook", single(REF.type, 5, ...text(""))],
    ["a subdocument", single(REF.subdocument, ...text("guid"), 118, 1, ...text("meta"), 126)],
    ["a key and no neighbour", update([section(1, 0, [0x21, 1, ...text("t"), ...text("k"), 1])])],
    ["a key and an origin", update([section(1, 5, [0xa1, ...id(1, 4), 1])])],
  ])("U3: but not %s", (_, bytes) => {
    scanUpdate(bytes);
    Y.decodeUpdate(bytes);
  });

  it("P2 U3: every cut of an update is refused, and so is every byte more", () => {
    const sample = fc.sample(sessions(30), { seed: seeded("U3 cuts"), numRuns: 5 });
    for (const session of sample) {
      const whole = Y.encodeStateAsUpdate(joined(session));
      for (let length = 0; length < whole.length; length++) {
        expect(() => scanUpdate(whole.subarray(0, length))).toThrow(MalformedError);
      }
      expect(() => scanUpdate(Uint8Array.of(...whole, 0))).toThrow(MalformedError);
    }
  });

  it.each([
    ["bytes as the prototype of an object", single(8, 1, 118, 1, ...text("__proto__"), 116, 1, 0)],
    [
      "bytes as a prototype, deeper",
      single(8, 1, 117, 1, 118, 1, ...text("__proto__"), 118, 1, ...text("__proto__"), 116, 0),
    ],
    [
      "options that replace a subdocument's guid",
      single(9, ...text("g"), 118, 1, ...text("guid"), 118, 1, ...text("toString"), 126),
    ],
  ])("U3: %s, which Yjs takes and can never write again", (_, bytes) => {
    const doc = new Y.Doc();
    Y.applyUpdate(doc, bytes);
    expect(() => Y.encodeStateAsUpdate(doc)).toThrow(TypeError);
    expect(() => scanUpdate(bytes)).toThrow("forbidden key");
  });

  it.each([
    [
      "an object as a prototype",
      single(8, 1, 118, 1, ...text("__proto__"), 118, 1, ...text("a"), 126),
    ],
    ["a guid in a value", single(8, 1, 118, 1, ...text("guid"), 119, ...text("x"))],
    [
      "a guid in a subdocument's meta",
      single(9, 0, 118, 1, ...text("meta"), 118, 1, ...text("guid"), 126),
    ],
    ["bytes under another key", single(8, 1, 118, 1, ...text("__proto_"), ...[116, ...sized([1])])],
  ])("U3: but not %s, which Yjs writes again", (_, bytes) => {
    scanUpdate(bytes);
    const doc = new Y.Doc();
    Y.applyUpdate(doc, bytes);
    scanUpdate(Y.encodeStateAsUpdate(doc));
  });
});
