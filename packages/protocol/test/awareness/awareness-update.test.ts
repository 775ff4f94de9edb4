import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate } from "y-protocols/awareness";
import * as Y from "yjs";
import {
  type AwarenessEntry,
  checkAwarenessState,
  decodeAwareness,
  EMPTY_AWARENESS,
  encodeAwareness,
  isNullState,
  MalformedError,
  NULL_STATE,
} from "../../src/index.js";
import { text, varUint } from "../support/craft.js";
import { seeded } from "../support/seeded.js";

const docs: Y.Doc[] = [];

afterEach(() => {
  for (const doc of docs.splice(0)) doc.destroy();
});

function awareness(clientId: number): Awareness {
  const doc = new Y.Doc();
  doc.clientID = clientId;
  docs.push(doc);
  return new Awareness(doc);
}

const bytes = (value: string): Uint8Array => new TextEncoder().encode(value);
const state = (value: string): AwarenessEntry => ({ client: 1, clock: 1, state: bytes(value) });

const entryBytes = (client: number, clock: number, json: string): number[] => [
  ...varUint(client),
  ...varUint(clock),
  ...text(json),
];

describe("what y-protocols writes", () => {
  it("W1: is read, and written back to the byte", () => {
    const states = fc.array(fc.tuple(fc.nat({ max: 2 ** 32 - 1 }), fc.jsonValue()), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(states, fc.nat(5), (everybody, steps) => {
        const mine = awareness(1);
        for (const [client, json] of everybody) {
          const theirs = awareness(client);
          for (let i = 0; i < steps; i++) theirs.setLocalState({ i });
          theirs.setLocalState({ json });
          applyAwarenessUpdate(mine, encodeAwarenessUpdate(theirs, [client]), "test");
        }
        const update = encodeAwarenessUpdate(mine, [...mine.getStates().keys()]);
        const entries = decodeAwareness(update);
        for (const entry of entries) checkAwarenessState(entry);
        expect(
          entries.map((entry) => [
            entry.client,
            entry.clock,
            JSON.parse(new TextDecoder().decode(entry.state)),
          ]),
        ).toEqual(
          [...mine.getStates()].map(([client, each]) => [
            client,
            mine.meta.get(client)?.clock,
            JSON.parse(JSON.stringify(each)),
          ]),
        );
        expect(encodeAwareness(entries)).toEqual(update);
      }),
      { seed: seeded("W1"), numRuns: 50 },
    );
  });

  it("W1: a client that leaves is told by null", () => {
    const leaving = awareness(7);
    leaving.setLocalState(null);
    const [entry] = decodeAwareness(encodeAwarenessUpdate(leaving, [7]));
    expect(entry).toEqual({ client: 7, clock: 1, state: NULL_STATE });
    expect(isNullState(NULL_STATE)).toBe(true);
    for (const other of ["{}", "1234", "true", '"nu"'])
      expect(isNullState(bytes(other))).toBe(false);
  });

  it("W1: nobody at all is an update that changes nothing", () => {
    expect(decodeAwareness(EMPTY_AWARENESS)).toEqual([]);
    const mine = awareness(1);
    applyAwarenessUpdate(mine, EMPTY_AWARENESS, "test");
    expect([...mine.getStates().keys()]).toEqual([1]);
  });

  it("W1: a state that is kept does not keep the message that it came in", () => {
    const message = Buffer.alloc(100_000);
    message.set([1, ...entryBytes(1, 1, "{}")]);
    const [entry] = decodeAwareness(message.subarray(0, 6));
    message.fill(0);
    expect(entry?.state).toEqual(bytes("{}"));
    expect(entry?.state.buffer.byteLength).toBe(2);
  });
});

describe("hostile awareness", () => {
  it.each<[what: string, update: number[], why: string]>([
    ["nothing", [], "ends too early"],
    ["more entries than bytes", [9, ...entryBytes(1, 1, "{}")], "too many awareness entries"],
    ["a promise of very many", [...varUint(2 ** 53 - 1), 1, 1, 0], "too many awareness entries"],
    ["bytes left over", [1, ...entryBytes(1, 1, "{}"), 0], "bytes after the end"],
    ["a state that breaks off", [1, 1, 1, 5, 0x7b], "ends too early"],
    ["a clock of 2^31", [1, ...entryBytes(1, 2 ** 31, "{}")], "clock out of range"],
    ["an overlong clock", [1, 1, 0x81, 0, ...text("{}")], "overlong number"],
  ])("W2: %s is malformed", (_, update, why) => {
    expect(() => decodeAwareness(Uint8Array.from(update))).toThrow(MalformedError);
    expect(() => decodeAwareness(Uint8Array.from(update))).toThrow(why);
  });

  it("W2: more than 65,536 entries are malformed, and so many are not", () => {
    const entries = Array.from({ length: 65_537 }, (_, client) => ({
      client,
      clock: 1,
      state: NULL_STATE,
    }));
    expect(() => decodeAwareness(encodeAwareness(entries))).toThrow("too many awareness entries");
    expect(decodeAwareness(encodeAwareness(entries.slice(1)))).toHaveLength(65_536);
  });

  it.each<[what: string, json: string, why: string]>([
    ["a state over 4 KB", JSON.stringify("x".repeat(4_095)), "awareness state too large"],
    ["no JSON", "{", "invalid JSON"],
    ["nothing", "", "invalid JSON"],
    ["undefined", "undefined", "invalid JSON"],
    ["deep JSON", "[".repeat(101) + "]".repeat(101), "JSON nested too deeply"],
  ])("W2: %s is no state for others to parse", (_, json, why) => {
    expect(() => checkAwarenessState(state(json))).toThrow(MalformedError);
    expect(() => checkAwarenessState(state(json))).toThrow(why);
  });

  it("W2: text that is not UTF-8 is no state", () => {
    const entry = { client: 1, clock: 1, state: Uint8Array.of(0x22, 0xff, 0x22) };
    expect(() => checkAwarenessState(entry)).toThrow("text is not UTF-8");
  });

  it("W2: a state of 4 KB and a hundred levels is one", () => {
    checkAwarenessState(state(JSON.stringify("x".repeat(4_094))));
    checkAwarenessState(state("[".repeat(100) + "]".repeat(100)));
  });

  it("W3: an echo is read whatever its states are: JSON grows when a client writes it again", () => {
    const hostile = `[${"1e20,".repeat(800)}0]`;
    checkAwarenessState(state(hostile));
    const peer = awareness(2);
    applyAwarenessUpdate(peer, encodeAwareness([state(hostile)]), "server");
    const [echo] = decodeAwareness(encodeAwarenessUpdate(peer, [1]));
    expect(echo?.clock).toBe(1);
    expect(echo?.state.length).toBeGreaterThan(16_000);
    expect(() => checkAwarenessState(echo as AwarenessEntry)).toThrow("awareness state too large");
  });
});
