import type { CopyStore } from "@homeroom/cluster";
import type { Cursor, Home } from "@homeroom/room";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bytes, name, rejection, text } from "./samples.js";

/** How the contract gets at an implementation; one per test, empty. */
export interface CopyStoreHarness {
  readonly store: CopyStore;
  close(): Promise<void>;
}

/** Registers the tests of `install` in `SPEC.md`, named by its numbers. */
export function copyStoreContract(
  implementation: string,
  open: () => Promise<CopyStoreHarness>,
): void {
  describe(`${implementation} keeps the CopyStore contract`, () => {
    const room = name("docs/plan");
    const ada = { node: "ada", epoch: 20 };
    let harness: CopyStoreHarness;
    let store: CopyStore;

    beforeEach(async () => {
      harness = await open();
      store = harness.store;
    });

    afterEach(async () => {
      await store.close();
      await harness.close();
    });

    const append = async (home: Home, ...updates: string[]): Promise<Cursor> => {
      const [outcome] = await store.append([{ room, home, updates: updates.map(bytes) }]);
      if (!outcome?.ok) throw outcome?.error ?? new Error("no outcome");
      return outcome.cursor;
    };

    const content = async () => {
      const { snapshot, tail, cursor } = await store.open(room);
      return { snapshot: snapshot && text(snapshot), tail: tail.map(text), cursor };
    };

    test("SH1 an installed copy takes the place of what was there", async () => {
      const cursor = { epoch: ada.epoch - 5, seq: 41 };
      await store.install(room, ada, bytes("copy"), cursor);
      expect(await content()).toEqual({ snapshot: "copy", tail: [], cursor });
      expect(await append(ada, "next")).toEqual({ epoch: ada.epoch, seq: 42 });
      const listed = await store.list({ prefix: "", after: null, limit: 10 });
      expect(listed.map((summary) => summary.room)).toEqual([room]);
      const ahead = { epoch: ada.epoch, seq: 99 };
      await store.install(room, ada, bytes("again"), ahead);
      expect(await content()).toEqual({ snapshot: "again", tail: [], cursor: ahead });
      expect(await append(ada, "later")).toEqual({ epoch: ada.epoch, seq: 100 });
      expect((await content()).tail).toEqual(["later"]);
    });

    test("SH1 a copy takes the place of what it was made from, and of nothing newer", async () => {
      const cursor = await append(ada, "a");
      const newer = await append(ada, "b");
      const copy = { epoch: ada.epoch, seq: 9 };
      for (const replaces of [null, cursor]) {
        const late = store.install(room, ada, bytes("late"), copy, replaces);
        expect(await rejection(late)).toMatchObject({ code: "UNAVAILABLE" });
      }
      expect((await content()).tail).toEqual(["a", "b"]);
      await store.install(room, ada, bytes("AB"), copy, newer);
      expect(await content()).toEqual({ snapshot: "AB", tail: [], cursor: copy });
      const other = name("other");
      await store.install(other, ada, bytes("new"), copy, null);
      expect((await store.open(other)).cursor).toEqual(copy);
    });

    test("SH1 a copy may end before what it takes the place of", async () => {
      for (const each of ["a", "b", "c"]) await append(ada, each);
      const cursor = { epoch: ada.epoch, seq: 1 };
      await store.install(room, ada, bytes("A"), cursor);
      expect(await content()).toEqual({ snapshot: "A", tail: [], cursor });
      expect(await append(ada, "B")).toEqual({ epoch: ada.epoch, seq: 2 });
      expect(await content()).toMatchObject({ snapshot: "A", tail: ["B"] });
    });

    test("SH2 an installation is fenced, and fences", async () => {
      const cursor = await append(ada, "a");
      const grace = { node: "grace", epoch: ada.epoch + 10 };
      await store.install(room, grace, bytes("new"), cursor);
      const late = store.install(room, ada, bytes("late"), cursor);
      expect(await rejection(late)).toMatchObject({ code: "FENCED" });
      expect(await rejection(append(ada, "late"))).toMatchObject({ code: "FENCED" });
      expect(await content()).toEqual({ snapshot: "new", tail: [], cursor });
      expect(await append(grace, "b")).toEqual({ epoch: grace.epoch, seq: cursor.seq + 1 });
    });
  });
}
