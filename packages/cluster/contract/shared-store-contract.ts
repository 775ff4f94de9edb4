import type { Directory, OwnerRecord, SharedStore } from "@homeroom/cluster";
import { type Cursor, compareCursors, type Home } from "@homeroom/room";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { copyStoreContract } from "./copy-store-contract.js";
import { bytes, homeOf, name, names, registered, rejection, text, won } from "./samples.js";

/** How the contract gets at an implementation and the directory beside it; one per test, empty. */
export interface SharedStoreHarness {
  readonly directory: Directory;
  readonly store: SharedStore;
  close(): Promise<void>;
}

/** Registers the tests of the shared store's part of `SPEC.md`, named by its numbers. */
export function sharedStoreContract(
  implementation: string,
  open: () => Promise<SharedStoreHarness>,
): void {
  copyStoreContract(implementation, async () => {
    const { directory, store, close } = await open();
    const closeAll = async () => {
      await directory.close();
      await close();
    };
    return { store, close: closeAll };
  });

  describe(`${implementation} keeps the SharedStore contract`, () => {
    const room = name("docs/plan");
    let harness: SharedStoreHarness;
    let directory: Directory;
    let store: SharedStore;

    beforeEach(async () => {
      harness = await open();
      ({ directory, store } = harness);
    });

    afterEach(async () => {
      await store.close();
      await directory.close();
      await harness.close();
    });

    let processes = 0;
    const claim = async (node: string, previous: OwnerRecord | null): Promise<OwnerRecord> => {
      const process = `process-${++processes}`;
      const { incarnation } = await registered(directory, node, process);
      return won(await directory.claim(room, { node, incarnation }, previous));
    };

    const append = async (home: Home, ...updates: string[]): Promise<Cursor> => {
      const [outcome] = await store.append([{ room, home, updates: updates.map(bytes) }]);
      if (!outcome?.ok) throw outcome?.error ?? new Error("no outcome");
      return outcome.cursor;
    };

    const content = async () => {
      const { snapshot, tail, cursor } = await store.open(room);
      return { snapshot: snapshot && text(snapshot), tail: tail.map(text), cursor };
    };

    const fenced = { code: "FENCED" };

    test("SH2 an installation is fenced by a claim, and fences", async () => {
      const owner = await claim("ada", null);
      const ada = homeOf(owner);
      const cursor = await append(ada, "a");
      const grace = homeOf(await claim("grace", owner));
      const late = store.install(room, ada, bytes("late"), cursor);
      expect(await rejection(late)).toMatchObject(fenced);
      const higher = { node: "edsger", epoch: grace.epoch + 10 };
      await store.install(room, higher, bytes("new"), cursor);
      expect(await rejection(append(grace, "late"))).toMatchObject(fenced);
      expect(await content()).toEqual({ snapshot: "new", tail: [], cursor });
    });

    test("SH3 a position is the cursor of the room, and the epoch of its removal", async () => {
      const absent = { cursor: null, intact: true, removed: 0 };
      expect(await store.positions([room, name("other")])).toEqual([absent, absent]);
      expect(await store.positions([])).toEqual([]);
      const owner = await claim("ada", null);
      const ada = homeOf(owner);
      expect(await store.positions([room])).toEqual([absent]);
      await append(ada, "a");
      const cursor = await append(ada, "b");
      expect(await store.positions([name("other"), room])).toEqual([
        absent,
        { cursor, intact: true, removed: 0 },
      ]);
      await store.compact(room, ada, bytes("AB"), cursor);
      expect(await store.positions([room])).toEqual([{ cursor, intact: true, removed: 0 }]);
      await store.remove(room, ada);
      expect(await store.positions([room])).toEqual([
        { cursor: null, intact: true, removed: ada.epoch },
      ]);
      const again = homeOf(await claim("ada", owner));
      const begun = await append(again, "a new life");
      expect(await store.positions([room])).toEqual([
        { cursor: begun, intact: true, removed: ada.epoch },
      ]);
    });

    test("SH8 a record that is not where its writer expected it shows that some were lost", async () => {
      const ada = homeOf(await claim("ada", null));
      const put = async (expected: number) => {
        await store.append([{ room, home: ada, updates: [bytes("x")], expected }]);
        const [position] = await store.positions([room]);
        return position?.intact;
      };
      expect(await put(1)).toBe(true);
      expect(await put(2)).toBe(true);
      expect(await put(5)).toBe(false);
      const [position] = await store.positions([room]);
      await store.install(room, ada, bytes("whole"), { epoch: ada.epoch, seq: 5 });
      expect(position?.cursor?.seq).toBe(3);
      expect(await put(6)).toBe(true);
    });

    test("SH3 removing a room that is not there leaves no mark", async () => {
      await store.remove(room, homeOf(await claim("ada", null)));
      expect(await store.positions([room])).toEqual([{ cursor: null, intact: true, removed: 0 }]);
    });

    test("SH4 the records after a place that the room has", async () => {
      const owner = await claim("ada", null);
      const ada = homeOf(owner);
      const cursors = [await append(ada, "a1", "a2"), await append(ada, "b")];
      const grace = homeOf(await claim("grace", owner));
      cursors.push(await append(grace, "c"));
      const since = async (cursor: Cursor | undefined) => {
        if (!cursor) throw new Error("no such record");
        const records = await store.since(room, cursor);
        return records?.map((record) => ({
          cursor: record.cursor,
          updates: record.updates.map(text),
        }));
      };
      expect(await since(cursors[0])).toEqual([
        { cursor: cursors[1], updates: ["b"] },
        { cursor: cursors[2], updates: ["c"] },
      ]);
      expect(await since(cursors[2])).toEqual([]);
      expect(await since({ epoch: ada.epoch, seq: 3 })).toBeUndefined();
      expect(await since({ epoch: grace.epoch, seq: 99 })).toBeUndefined();
      expect(await since({ epoch: grace.epoch, seq: 0 })).toBeUndefined();
      if (!cursors[1]) throw new Error("no such record");
      await store.compact(room, grace, bytes("AB"), cursors[1]);
      expect(await since(cursors[0])).toBeUndefined();
      expect(await since(cursors[1])).toEqual([{ cursor: cursors[2], updates: ["c"] }]);
      expect(await store.since(name("other"), cursors[1])).toBeNull();
    });

    test("SH5 a room at rest keeps its fence, and goes on behind its cursor", async () => {
      const owner = await claim("ada", null);
      const ada = homeOf(owner);
      const cursor = await append(ada, "a");
      await store.compact(room, ada, bytes("A"), cursor);
      const grace = homeOf(await claim("grace", owner));
      expect(await rejection(append(ada, "late"))).toMatchObject(fenced);
      expect(await content()).toEqual({ snapshot: "A", tail: [], cursor });
      expect(await append(grace, "b")).toEqual({ epoch: grace.epoch, seq: cursor.seq + 1 });
      expect(await rejection(append(ada, "later"))).toMatchObject(fenced);
    });

    test("SH6 a home that was claimed from reads, and writes nothing", async () => {
      const owner = await claim("ada", null);
      const ada = homeOf(owner);
      const cursor = await append(ada, "a");
      await claim("grace", owner);
      expect(await rejection(append(ada, "late"))).toMatchObject(fenced);
      expect(await rejection(store.compact(room, ada, bytes("A"), cursor))).toMatchObject(fenced);
      expect(await rejection(store.remove(room, ada))).toMatchObject(fenced);
      expect(await content()).toEqual({ snapshot: null, tail: ["a"], cursor });
    });

    test("SH6 a claim of a room that was never written fences as well", async () => {
      const owner = await claim("ada", null);
      await claim("grace", owner);
      expect(await rejection(append(homeOf(owner), "late"))).toMatchObject(fenced);
      expect(await store.describe(room)).toBeNull();
    });

    test("SH7 claims leave no trace in the journal", async () => {
      let owner = await claim("ada", null);
      expect(await content()).toEqual({ snapshot: null, tail: [], cursor: null });
      expect(await store.list({ prefix: "", after: null, limit: 10 })).toEqual([]);
      const cursor = await append(homeOf(owner), "a");
      const summary = await store.describe(room);
      for (const node of ["grace", "ada", "edsger"]) owner = await claim(node, owner);
      expect(await content()).toEqual({ snapshot: null, tail: ["a"], cursor });
      expect(await store.describe(room)).toEqual(summary);
      expect(await store.positions([room])).toEqual([{ cursor, intact: true, removed: 0 }]);
      const next = await append(homeOf(owner), "b");
      expect(next).toEqual({ epoch: owner.epoch, seq: cursor.seq + 1 });
      expect(compareCursors(next, cursor)).toBeGreaterThan(0);
    });

    test("rooms are apart, whatever their names", async () => {
      const home = { node: "ada", epoch: 7 };
      for (const each of names) {
        await store.append([{ room: each, home, updates: [bytes(`of ${each}`)] }]);
      }
      for (const each of names) {
        expect((await store.open(each)).tail.map(text)).toEqual([`of ${each}`]);
      }
      const listed = await store.list({ prefix: "", after: null, limit: 100 });
      expect(new Set(listed.map((summary) => summary.room))).toEqual(new Set(names));
      await store.confirm(names);
    });
  });
}
