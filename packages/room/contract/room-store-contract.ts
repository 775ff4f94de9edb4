import type { RoomName } from "@homeroom/protocol";
import { type Cursor, compareCursors, type Home, type RoomStore } from "@homeroom/room";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runAgainstModel } from "./model.js";
import { bytes, content, home, name, names, rejection } from "./samples.js";

/** How the contract gets at an implementation; one per test. */
export interface StoreHarness {
  /** Opens the store: empty the first time, and a persistent one with what it held before. */
  open(clock: { now(): number }): Promise<RoomStore>;
  /** Removes what the test left behind; stores are closed by then. */
  clean(): Promise<void>;
}

export interface ContractOptions {
  /** Whether the store outlives its process: `open` finds what an earlier one wrote. */
  readonly persistent: boolean;
  readonly harness: () => Promise<StoreHarness>;
}

/** Registers the tests of `SPEC.md`, named by its numbers. */
export function roomStoreContract(implementation: string, options: ContractOptions): void {
  describe(`${implementation} keeps the RoomStore contract`, () => {
    const room = name("docs/plan");
    const clock = { time: 1_000, now: () => clock.time };
    let harness: StoreHarness;
    let store: RoomStore;

    beforeEach(async () => {
      clock.time = 1_000;
      harness = await options.harness();
      store = await harness.open(clock);
    });

    afterEach(async () => {
      await store.close();
      await harness.clean();
    });

    const appendTo = async (target: RoomName, by: Home, ...updates: string[]): Promise<Cursor> => {
      const outcomes = await store.append([
        { room: target, home: by, updates: updates.map(bytes) },
      ]);
      const outcome = outcomes[0];
      if (!outcome?.ok) throw outcome?.error ?? new Error("no outcome");
      return outcome.cursor;
    };

    const read = async (target: RoomName) => content(await store.open(target));

    const listed = async (query: { prefix?: string; after?: RoomName | null; limit?: number }) =>
      (await store.list({ prefix: "", after: null, limit: 100, ...query })).map(
        (summary) => summary.room,
      );

    test("ST1 an absent room is empty, and opening it creates nothing", async () => {
      expect(await store.open(room)).toEqual({ snapshot: null, tail: [], cursor: null });
      expect(await store.describe(room)).toBeNull();
      expect(await listed({})).toEqual([]);
    });

    test("ST2 a room opens with its updates in order and its last cursor", async () => {
      await appendTo(room, home(7), "one", "two");
      const last = await appendTo(room, home(7), "three");
      expect(await read(room)).toEqual({ snapshot: null, tail: ["one", "two", "three"] });
      expect((await store.open(room)).cursor).toEqual(last);
    });

    test("ST2 updates of any length come back byte for byte", async () => {
      const updates = [0, 1, 127, 128, 16_384, 300_000].map((length) =>
        Uint8Array.from({ length }, (_, index) => (index * 31 + length) & 255),
      );
      await store.append([{ room, home: home(1), updates }]);
      const { tail } = await store.open(room);
      expect(tail.length).toBe(updates.length);
      for (const [index, update] of updates.entries()) {
        expect(Buffer.compare(tail[index] ?? new Uint8Array(1), update)).toBe(0);
      }
    });

    test("ST3 after a compaction a room opens with the snapshot and what follows", async () => {
      await appendTo(room, home(1), "a");
      const upTo = await appendTo(room, home(1), "b");
      await store.compact(room, home(1), bytes("AB"), upTo);
      await appendTo(room, home(1), "c", "d");
      expect(await read(room)).toEqual({ snapshot: "AB", tail: ["c", "d"] });
    });

    test("ST4 rooms are apart, whatever their names", async () => {
      for (const each of names) await appendTo(each, home(1), `first of ${each}`);
      for (const each of names) {
        const upTo = await appendTo(each, home(1), "second");
        await store.compact(each, home(1), bytes(`snapshot of ${each}`), upTo);
        await appendTo(each, home(1), `third of ${each}`);
      }
      for (const each of names) {
        const expected = { snapshot: `snapshot of ${each}`, tail: [`third of ${each}`] };
        expect(await read(each), each).toEqual(expected);
      }
      expect(new Set(await listed({}))).toEqual(new Set(names));
    });

    test("ST5 outcomes follow the entries, and cursors count the records of a room", async () => {
      const other = name("other");
      const entry = (target: RoomName) => ({
        room: target,
        home: home(4),
        updates: [bytes("x"), bytes("y")],
      });
      expect(await store.append([entry(room), entry(other)])).toEqual([
        { ok: true, cursor: { epoch: 4, seq: 1 } },
        { ok: true, cursor: { epoch: 4, seq: 1 } },
      ]);
      expect(await store.append([entry(other), entry(room)])).toEqual([
        { ok: true, cursor: { epoch: 4, seq: 2 } },
        { ok: true, cursor: { epoch: 4, seq: 2 } },
      ]);
      expect(await appendTo(room, home(9), "z")).toEqual({ epoch: 9, seq: 3 });
    });

    test("ST5 two entries of one batch may be for the same room", async () => {
      const entry = (text: string) => ({ room, home: home(1), updates: [bytes(text)] });
      expect(await store.append([entry("a"), entry("b")])).toEqual([
        { ok: true, cursor: { epoch: 1, seq: 1 } },
        { ok: true, cursor: { epoch: 1, seq: 2 } },
      ]);
      expect(await read(room)).toEqual({ snapshot: null, tail: ["a", "b"] });
    });

    test("ST6 a lower epoch is fenced alone; the rest of its batch is durable", async () => {
      const other = name("other");
      await appendTo(room, home(5), "new home");
      const outcomes = await store.append([
        { room, home: home(4), updates: [bytes("old home")] },
        { room: other, home: home(4), updates: [bytes("fine")] },
      ]);
      expect(outcomes[0]).toMatchObject({ ok: false, error: { code: "FENCED" } });
      expect(outcomes[1]).toEqual({ ok: true, cursor: { epoch: 4, seq: 1 } });
      expect(await read(room)).toEqual({ snapshot: null, tail: ["new home"] });
      expect(await read(other)).toEqual({ snapshot: null, tail: ["fine"] });
      await appendTo(room, home(5), "same epoch");
      await appendTo(room, home(6), "higher epoch");
      expect((await read(room)).tail).toEqual(["new home", "same epoch", "higher epoch"]);
    });

    test("ST7 the caller may write over its buffers once the call has returned", async () => {
      const update = bytes("update");
      await store.append([{ room, home: home(1), updates: [update] }]);
      const upTo = await appendTo(room, home(1), "more");
      update.fill(0);
      expect((await read(room)).tail).toEqual(["update", "more"]);
      const snapshot = bytes("snapshot");
      await store.compact(room, home(1), snapshot, upTo);
      snapshot.fill(0);
      expect((await read(room)).snapshot).toBe("snapshot");
    });

    test("ST8 a batch of two hundred rooms is read back at once", async () => {
      const rooms = Array.from({ length: 200 }, (_, index) => name(`room-${index}`));
      const outcomes = await store.append(
        rooms.map((each) => ({ room: each, home: home(1), updates: [bytes(`of ${each}`)] })),
      );
      expect(outcomes.every((outcome) => outcome.ok)).toBe(true);
      for (const each of rooms) expect((await read(each)).tail).toEqual([`of ${each}`]);
      expect((await listed({ limit: 1_000 })).length).toBe(200);
    });

    test("ST9 an empty batch is nothing, an entry without updates a mistake", async () => {
      expect(await store.append([])).toEqual([]);
      const mistaken = store.append([
        { room, home: home(1), updates: [bytes("x")] },
        { room: name("other"), home: home(1), updates: [] },
      ]);
      expect(await rejection(mistaken)).toBeInstanceOf(RangeError);
      expect(await store.describe(room)).toBeNull();
    });

    test("ST10 a snapshot in the middle of the journal leaves what follows", async () => {
      await appendTo(room, home(1), "a");
      const upTo = await appendTo(room, home(1), "b");
      const last = await appendTo(room, home(1), "c");
      await store.compact(room, home(1), bytes("AB"), upTo);
      expect(await read(room)).toEqual({ snapshot: "AB", tail: ["c"] });
      expect((await store.open(room)).cursor).toEqual(last);
      await store.compact(room, home(1), bytes("ABC"), last);
      expect(await read(room)).toEqual({ snapshot: "ABC", tail: [] });
      expect((await store.open(room)).cursor).toEqual(last);
      expect(await appendTo(room, home(1), "d")).toEqual({ epoch: 1, seq: last.seq + 1 });
    });

    test("ST11 a snapshot never takes the place of a later one", async () => {
      const early = await appendTo(room, home(1), "a");
      const late = await appendTo(room, home(1), "b");
      await store.compact(room, home(1), bytes("AB"), late);
      await store.compact(room, home(1), bytes("A"), early);
      expect(await read(room)).toEqual({ snapshot: "AB", tail: [] });
      await store.compact(room, home(1), bytes("AB again"), late);
      expect(await read(room)).toEqual({ snapshot: "AB again", tail: [] });
    });

    test("ST11 a snapshot of an absent room or after the last record is not stored", async () => {
      await store.compact(room, home(1), bytes("ghost"), { epoch: 1, seq: 1 });
      expect(await store.describe(room)).toBeNull();
      const last = await appendTo(room, home(1), "a");
      const beyond = { epoch: 1, seq: last.seq + 1 };
      const mistaken = store.compact(room, home(1), bytes("too much"), beyond);
      expect(await rejection(mistaken)).toBeInstanceOf(RangeError);
      expect(await read(room)).toEqual({ snapshot: null, tail: ["a"] });
    });

    test("ST12 a compaction is fenced, and fences", async () => {
      const upTo = await appendTo(room, home(5), "a");
      const refused = store.compact(room, home(4), bytes("A of the old home"), upTo);
      expect(await rejection(refused)).toMatchObject({ code: "FENCED" });
      expect(await read(room)).toEqual({ snapshot: null, tail: ["a"] });
      await store.compact(room, home(6), bytes("A"), upTo);
      const outcomes = await store.append([{ room, home: home(5), updates: [bytes("late")] }]);
      expect(outcomes[0]).toMatchObject({ ok: false, error: { code: "FENCED" } });
      expect(await read(room)).toEqual({ snapshot: "A", tail: [] });
    });

    test("ST13 nothing is left of a removed room, and it may begin again", async () => {
      const neighbour = name("docs/plan/b");
      await appendTo(neighbour, home(1), "neighbour");
      const upTo = await appendTo(room, home(1), "a");
      await store.compact(room, home(1), bytes("A"), upTo);
      await appendTo(room, home(1), "b");
      await store.remove(room, home(1));
      expect(await store.open(room)).toEqual({ snapshot: null, tail: [], cursor: null });
      expect(await store.describe(room)).toBeNull();
      expect(await listed({})).toEqual([neighbour]);
      await appendTo(room, home(1), "a new life");
      expect(await read(room)).toEqual({ snapshot: null, tail: ["a new life"] });
      await store.remove(name("never written"), home(1));
    });

    test("ST14 a removal under a lower epoch changes nothing", async () => {
      await appendTo(room, home(5), "a");
      expect(await rejection(store.remove(room, home(4)))).toMatchObject({ code: "FENCED" });
      expect((await read(room)).tail).toEqual(["a"]);
    });

    test("ST15 a summary holds cursor, bytes and the time of the last append", async () => {
      const upTo = await appendTo(room, home(3), "four", "six");
      clock.time = 2_000;
      const cursor = await appendTo(room, home(3), "x");
      expect(await store.describe(room)).toEqual({ room, cursor, bytes: 8, updatedAt: 2_000 });
      clock.time = 3_000;
      await store.compact(room, home(3), bytes("snap"), upTo);
      expect(await store.describe(room)).toEqual({ room, cursor, bytes: 5, updatedAt: 2_000 });
    });

    test("ST16 a listing is in byte order, by prefix, after a name, up to a limit", async () => {
      for (const each of names) await appendTo(each, home(1), "x");
      const ordered = [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(await listed({})).toEqual(ordered);
      expect(await listed({ prefix: "a" })).toEqual(ordered.filter((each) => each.startsWith("a")));
      expect(await listed({ prefix: "no such prefix" })).toEqual([]);
      expect(await listed({ limit: 3 })).toEqual(ordered.slice(0, 3));
      const paged: RoomName[] = [];
      for (;;) {
        const page: RoomName[] = await listed({ after: paged.at(-1) ?? null, limit: 2 });
        if (page.length === 0) break;
        paged.push(...page);
      }
      expect(paged).toEqual(ordered);
      expect(await listed({ prefix: "a/", after: name("a/b") })).toEqual(["a/b/c"]);
      expect(await listed({ prefix: "a/", after: name("z") })).toEqual([]);
    });

    test("ST17 close waits for what is under way, and later calls are refused", async () => {
      const underWay = store.append([{ room, home: home(1), updates: [bytes("a")] }]);
      await Promise.all([store.close(), store.close()]);
      expect(await underWay).toEqual([{ ok: true, cursor: { epoch: 1, seq: 1 } }]);
      await store.close();
      const calls: Promise<unknown>[] = [
        store.open(room),
        store.append([{ room, home: home(1), updates: [bytes("b")] }]),
        store.compact(room, home(1), bytes("A"), { epoch: 1, seq: 1 }),
        store.remove(room, home(1)),
        store.describe(room),
        store.list({ prefix: "", after: null, limit: 1 }),
      ];
      for (const call of calls) expect(await rejection(call)).toMatchObject({ code: "CLOSED" });
    });

    test("ST18 any sequence of calls leaves what a model of it leaves", async () => {
      await runAgainstModel(implementation, async (run) => {
        const own = await options.harness();
        let current = await own.open(clock);
        try {
          await run({
            store: () => current,
            restart: async () => {
              if (!options.persistent) return;
              await current.close();
              current = await own.open(clock);
            },
          });
        } finally {
          await current.close();
          await own.clean();
        }
      });
    });

    test("ST19 appends, compactions and reads at the same time lose nothing", async () => {
      const wanted: string[] = [];
      let last: Cursor = await appendTo(room, home(1), "0;");
      wanted.push("0;");
      const compactions: Promise<void>[] = [];
      const reads: Promise<string>[] = [];
      for (let index = 1; index <= 60; index++) {
        if (index % 7 === 0) {
          compactions.push(store.compact(room, home(1), bytes(wanted.join("")), last));
        }
        reads.push(read(room).then((state) => (state.snapshot ?? "") + state.tail.join("")));
        const text = `${index};`;
        const cursor = await appendTo(room, home(1), text);
        expect(compareCursors(cursor, last)).toBeGreaterThan(0);
        last = cursor;
        wanted.push(text);
      }
      await Promise.all(compactions);
      const whole = wanted.join("");
      for (const [index, state] of (await Promise.all(reads)).entries()) {
        expect(whole.startsWith(state), `read ${index}: ${state}`).toBe(true);
        expect(state.split(";").length - 1).toBeGreaterThanOrEqual(index + 1);
      }
      const state = await read(room);
      expect((state.snapshot ?? "") + state.tail.join("")).toBe(whole);
    });

    if (options.persistent) {
      test("ST20 what was durable is there when the store is opened again", async () => {
        const upTo = await appendTo(room, home(2), "a");
        await store.compact(room, home(2), bytes("A"), upTo);
        const last = await appendTo(room, home(2), "b");
        const removed = name("removed");
        await appendTo(removed, home(2), "x");
        await store.remove(removed, home(2));
        const before = await store.describe(room);
        await store.close();
        store = await harness.open(clock);
        expect(await read(room)).toEqual({ snapshot: "A", tail: ["b"] });
        expect(await store.describe(room)).toEqual(before);
        expect(await store.describe(removed)).toBeNull();
        expect(await appendTo(room, home(2), "c")).toEqual({ epoch: 2, seq: last.seq + 1 });
        const late = await store.append([{ room, home: home(1), updates: [bytes("late")] }]);
        expect(late[0]).toMatchObject({ ok: false, error: { code: "FENCED" } });
      });
    }
  });
}
