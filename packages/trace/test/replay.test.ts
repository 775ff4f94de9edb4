import { parseTrace, readTrace, replay, type Trace, TraceError, takeTurns } from "@homeroom/trace";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { recording } from "./recordings.js";

function updatesOf(trace: Trace): Uint8Array[] {
  return [...replay(trace, { root: "text" })].flatMap(({ update }) => update ?? []);
}

function merged(updates: readonly Uint8Array[]): string {
  const doc = new Y.Doc();
  doc.transact(() => {
    for (const update of updates) Y.applyUpdate(doc, update);
  });
  return doc.getText("text").toString();
}

const txn = (agent: number, parents: number[], ...patches: [number, number, string][]) => ({
  agent,
  parents,
  patches,
});

/** Two authors who type at once, around characters that take two UTF-16 units. */
const emoji = parseTrace({
  kind: "concurrent",
  endContent: "🎉a𝒳b—c👩‍👩‍👧!",
  numAgents: 2,
  txns: [
    txn(0, [], [0, 0, "🎈🎉b👩‍👩‍👧"]),
    txn(1, [0], [3, 0, "c"]),
    txn(0, [0], [0, 1, ""], [1, 0, "𝒳"]),
    txn(1, [1], [3, 0, "—"]),
    txn(0, [2], [1, 0, "a"]),
    txn(0, [3, 4], [11, 0, "?"], [11, 1, "!"]),
  ],
});

describe("TR3, TR4: authors who type at once, beyond the basic plane", () => {
  it("ends as recorded", () => {
    expect(merged(updatesOf(emoji))).toBe(emoji.endContent);
  });

  it("TR6: in any order", () => {
    const updates = updatesOf(emoji);
    expect(merged(updates.toReversed())).toBe(emoji.endContent);
  });

  it("says what each author saw for the first time", () => {
    expect([...replay(emoji, { root: "text" })].map(({ seen }) => seen)).toEqual([
      [],
      [0],
      [],
      [],
      [],
      [1, 3],
    ]);
  });
});

it("TR4: an author's document holds nothing but what its parents say", () => {
  const trace = parseTrace({
    kind: "concurrent",
    endContent: "1a2b",
    numAgents: 3,
    txns: [
      txn(0, [], [0, 0, "a"]),
      txn(1, [0], [1, 0, "b"]),
      // The third has seen the first alone, though the second was earlier; position 2 is none yet.
      txn(2, [0], [0, 0, "1"], [2, 0, "2"]),
    ],
  });
  const clientIds = [11, 12, 13];
  const third = [...replay(trace, { root: "text", clientIds })][2];
  expect(third?.seen).toEqual([0]);
  const { structs } = Y.decodeUpdate(third?.update ?? new Uint8Array());
  const origins = structs.map((struct) => (struct instanceof Y.Item ? struct.origin?.client : 0));
  expect(origins).not.toContain(12);
  expect(origins).toContain(11);
});

it("TR6: who replaces a character goes before who typed behind it, if lower in number", () => {
  const trace = parseTrace({
    kind: "concurrent",
    endContent: "a,b",
    numAgents: 2,
    txns: [
      txn(0, [], [0, 0, "a."]),
      txn(1, [0], [2, 0, "b"]),
      txn(0, [0], [1, 1, ""], [1, 0, ","]),
    ],
  });
  for (let run = 0; run < 20; run++) expect(merged(updatesOf(trace))).toBe("a,b");
});

describe("TR5: contradictions", () => {
  const refusal = (trace: Trace): string => {
    try {
      updatesOf(trace);
    } catch (error) {
      if (error instanceof TraceError && error.code === "MALFORMED") return error.message;
      throw error;
    }
    throw new Error("accepted");
  };

  it("refuses an edit past the end of the text", () => {
    const txns = [{ patches: [[0, 0, "🎈"]] }, { patches: [[1, 1, ""]] }];
    expect(refusal(parseTrace({ endContent: "", txns }))).toBe(
      "transaction 1 reaches code point 2, past the end of the text",
    );
  });

  it("refuses an author who forgot their own edit", () => {
    const txns = [txn(0, [], [0, 0, "a"]), txn(1, [0], [0, 0, "b"]), txn(0, [], [0, 0, "c"])];
    expect(refusal(parseTrace({ kind: "concurrent", numAgents: 2, endContent: "", txns }))).toBe(
      "transaction 2 has not seen transaction 0 of its own author",
    );
  });

  it("accepts one who saw it through another author", () => {
    const txns = [txn(0, [], [0, 0, "a"]), txn(1, [0], [1, 0, "b"]), txn(0, [1], [2, 0, "c"])];
    const trace = parseTrace({ kind: "concurrent", numAgents: 2, endContent: "abc", txns });
    expect(merged(updatesOf(trace))).toBe("abc");
  });
});

it("has no update for a transaction that changes nothing", () => {
  const txns = [{ patches: [[0, 0, ""]] }, { patches: [[0, 0, "a"]] }];
  const edits = [...replay(parseTrace({ endContent: "a", txns }), { root: "text" })];
  expect(edits.map(({ update }) => update === null)).toEqual([true, false]);
});

describe("TR7: taking turns", () => {
  it("deals the transactions in runs", () => {
    const txns = [..."abcdefg"].map((letter, index) => ({ patches: [[index, 0, letter]] }));
    const trace = takeTurns(parseTrace({ endContent: "abcdefg", txns }), 2, 3);
    expect(trace.txns.map(({ agent }) => agent)).toEqual([0, 0, 0, 1, 1, 1, 0]);
    expect([...replay(trace, { root: "text" })].map(({ seen }) => seen.length)).toEqual([
      0, 0, 0, 3, 0, 0, 3,
    ]);
    expect(merged(updatesOf(trace))).toBe("abcdefg");
  });
});

describe("TR6: real sessions end as recorded", () => {
  it.for([
    "automerge-paper.json.gz",
    "sveltecomponent.json.gz",
    "friendsforever_flat.json.gz",
    "friendsforever.concurrent.json.gz",
  ])("%s", { timeout: 60_000 }, async (name, context) => {
    const trace = await readTrace(recording(name, context));
    expect(merged(updatesOf(trace))).toBe(trace.endContent);
  });

  it("TR7: with three authors in turns", { timeout: 60_000 }, async (context) => {
    const trace = await readTrace(recording("sveltecomponent.json.gz", context));
    expect(merged(updatesOf(takeTurns(trace, 3, 50)))).toBe(trace.endContent);
  });
});
