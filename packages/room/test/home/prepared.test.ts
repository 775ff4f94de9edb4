import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { PreparedDocuments } from "../../src/home/prepared.js";
import { defaultRoomLimits, type RoomLimits } from "../../src/limits.js";
import type { StoredRoom } from "../../src/store.js";
import { roomName } from "../harness/lab.js";
import { ManualClock } from "../harness/manual-clock.js";

const room = roomName("room");

/** A room whose snapshot has one word, and whose tail has one update for each further word. */
function storedWords(...words: readonly string[]): StoredRoom {
  const doc = new Y.Doc();
  doc.clientID = 1;
  const updates: Uint8Array[] = [];
  doc.on("update", (update: Uint8Array) => updates.push(update));
  for (const word of words) doc.getText("text").insert(doc.getText("text").length, `${word} `);
  const [snapshot = null, ...tail] = updates;
  return { snapshot, tail, cursor: { epoch: 1, seq: words.length } };
}

function setUp(limits: Partial<RoomLimits> = {}): {
  clock: ManualClock;
  prepared: PreparedDocuments;
  /** What the document that is taken says; null where none is. */
  taken: (stored: StoredRoom) => string | null;
} {
  const clock = new ManualClock();
  const prepared = new PreparedDocuments(clock, { ...defaultRoomLimits, ...limits });
  const taken = (stored: StoredRoom): string | null => {
    const document = prepared.take(room, stored);
    if (!document) return null;
    expect(document.live).toBe(true);
    // What it hands out holds everything too, not the `Y.Doc` alone.
    const copy = new Y.Doc();
    for (const update of document.since(Uint8Array.of(0), 1e6)) Y.applyUpdate(copy, update);
    expect(copy.getText("text").toString()).toBe(document.wake().getText("text").toString());
    return copy.getText("text").toString();
  };
  return { clock, prepared, taken };
}

describe("prepared documents", () => {
  it("V10: what was built is completed with what was stored since, once", async () => {
    const { clock, prepared, taken } = setUp();
    await prepared.keep(room, storedWords("a", "b"));
    expect(taken(storedWords("a", "b", "c", "d"))).toBe("a b c d ");
    expect(taken(storedWords("a", "b"))).toBeNull();
    expect(clock.timers).toBe(0);
  });

  it.each([
    ["another snapshot", storedWords("x", "b")],
    ["fewer records", storedWords("a")],
    ["other records", { ...storedWords("a", "b"), tail: [Uint8Array.of(0, 0)] }],
    ["nothing", { snapshot: null, tail: [], cursor: null }],
  ])("V10: where the store holds %s by then, it is read anew", async (_, stored) => {
    const { prepared, taken } = setUp();
    await prepared.keep(room, storedWords("a", "b"));
    expect(taken(stored)).toBeNull();
  });

  it("V10: nor is it completed with what does not apply, or builds on what is not there", async () => {
    const { prepared, taken } = setUp();
    const stored = storedWords("a", "b");
    const gap = storedWords("a", "b", "c", "d").tail.slice(-1);
    for (const more of [gap, [Uint8Array.of(1, 1, 1, 0, 9, 0)]]) {
      await prepared.keep(room, stored);
      const broken = (): string | null => taken({ ...stored, tail: [...stored.tail, ...more] });
      expect(broken()).toBeNull();
    }
  });

  it("V10: it is kept for a while, and within its share of memory", async () => {
    const { clock, prepared, taken } = setUp({ preparedMs: 1_000, maxPreparedBytes: 60 });
    const stored = storedWords("a");
    await prepared.keep(room, stored);
    await clock.advance(1_000);
    expect(taken(stored)).toBeNull();
    await prepared.keep(room, storedWords("a".repeat(100)));
    expect(taken(storedWords("a".repeat(100)))).toBeNull();
    await prepared.keep(room, stored);
    await prepared.keep(room, stored);
    expect(taken(stored)).toBe("a ");
    await prepared.keep(room, stored);
    prepared.close();
    expect(taken(stored)).toBeNull();
    expect(clock.timers).toBe(0);
  });

  it("V10: a large one is built a little at a time, and other things happen in between", async () => {
    const { clock, prepared, taken } = setUp({ preparePauseMs: 5 });
    const stored = storedWords(...Array.from({ length: 100 }, () => "a".repeat(2_000)));
    let built = false;
    const keeping = prepared.keep(room, stored).then(() => {
      built = true;
    });
    await clock.advance(5);
    expect(built).toBe(false);
    expect(taken(stored)).toBeNull();
    for (let pauses = 0; pauses < 20; pauses++) await clock.advance(5);
    await keeping;
    expect(taken(stored)).toHaveLength(100 * 2_001);
    expect(clock.timers).toBe(0);
  });

  it("V10: nothing is built any more once it is closed", async () => {
    const { clock, prepared, taken } = setUp({ preparePauseMs: 5 });
    const stored = storedWords("a".repeat(100_000), "b".repeat(100_000));
    const keeping = expect(prepared.keep(room, stored)).rejects.toMatchObject({ code: "CLOSED" });
    prepared.close();
    await clock.advance(5);
    await keeping;
    expect(taken(stored)).toBeNull();
    expect(clock.timers).toBe(0);
  });
});
