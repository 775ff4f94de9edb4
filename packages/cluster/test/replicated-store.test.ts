import type { RoomName } from "@homeroom/protocol";
import { type Cursor, type Home, type StoredRoom, StoreError } from "@homeroom/room";
import { roomStoreContract } from "@homeroom/room/contract";
import { beforeEach, describe, expect, test } from "vitest";
import { name, rejection } from "../contract/samples.js";
import {
  MemoryPrimary,
  MemorySharedStore,
  type PrimaryData,
  ReplicatedStore,
} from "../src/index.js";
import { ManualClock } from "./manual-clock.js";
import { silent } from "./silent.js";
import { durable, Edits, editsIn, JournalNode } from "./two-copies.js";

roomStoreContract("ReplicatedStore", {
  persistent: true,
  harness: async () => {
    const disk = new MemoryPrimary(new ManualClock());
    const primary = new MemoryPrimary(new ManualClock());
    return {
      open: async (clock) => {
        // Whoever appends is home; the contract knows of no claims.
        const homes = new Map<RoomName, Home>();
        const store = new ReplicatedStore({
          local: new MemorySharedStore(disk, clock),
          shared: new MemorySharedStore(primary, clock),
          homeOf: (room) => homes.get(room) ?? null,
          needsSnapshot: () => {},
          found: () => {},
          logger: silent,
        });
        const append = store.append.bind(store);
        store.append = (batch) => {
          for (const { room, home } of batch) homes.set(room, home);
          return append(batch);
        };
        return store;
      },
      clean: async () => {},
    };
  },
});

const room = name("docs/plan");

let primary: MemoryPrimary;
let shared: MemorySharedStore;
let ada: JournalNode;
let grace: JournalNode;
let edits: Edits;
let requests: string[];

beforeEach(() => {
  primary = new MemoryPrimary(new ManualClock());
  shared = new MemorySharedStore(primary);
  ada = new JournalNode(shared);
  grace = new JournalNode(shared);
  edits = new Edits();
  requests = [];
  answering();
});

/** The shared store answers, and what it is asked is written down. */
const answering = (): void => {
  primary.fault = (operation) => {
    requests.push(operation);
    return null;
  };
};

const away = (): void => {
  primary.fault = () => "before";
};

/** Makes a node home under an epoch, and opens the room there. */
const claim = async (node: JournalNode, epoch: number, earlier?: StoredRoom) => {
  for (const other of [ada, grace]) {
    if (other.homes.delete(room)) other.store.forget(room);
  }
  node.homes.set(room, { node: node === ada ? "ada" : "grace", epoch });
  const owner = { node: "", incarnation: 1, epoch, state: "held" } as const;
  primary.data.owners.set(room, owner);
  primary.data.fences.set(room, epoch);
  return await node.store.open(room, earlier);
};

const homeAt = (node: JournalNode) => {
  const home = node.homes.get(room);
  if (!home) throw new Error("not home");
  return home;
};

const append = async (node: JournalNode, ...updates: Uint8Array[]) => {
  const [outcome] = await node.store.append([{ room, home: homeAt(node), updates }]);
  return outcome;
};

const write = async (node: JournalNode, ...ids: string[]): Promise<Cursor> =>
  durable(await append(node, ...ids.map((id) => edits.make(id))));

const cursors = async (node: JournalNode) => ({
  local: (await node.local.describe(room))?.cursor ?? null,
  shared: (await shared.describe(room))?.cursor ?? null,
});

const same = (cursor: Cursor | null) => ({ local: cursor, shared: cursor });

const sent = (what: string): number => requests.filter((each) => each === what).length;

describe("writing", () => {
  test("R1 both copies have the same records under the same cursors", async () => {
    await claim(ada, 10);
    await write(ada, "a", "b");
    const last = await write(ada, "c");
    expect(await cursors(ada)).toEqual(same(last));
    expect(editsIn(await ada.local.open(room))).toEqual(["a", "b", "c"]);
    expect(editsIn(await shared.open(room))).toEqual(["a", "b", "c"]);
  });

  test("R1 a failing disk leaves the local copy behind, and nothing else", async () => {
    await claim(ada, 10);
    const before = await write(ada, "a");
    ada.disk.fault = (operation) => (operation === "append" ? "before" : null);
    await write(ada, "b");
    ada.disk.fault = () => null;
    const last = await write(ada, "c");
    expect(await cursors(ada)).toEqual({ local: before, shared: last });
    expect(editsIn(await ada.local.open(room))).toEqual(["a"]);
    expect(editsIn(await ada.store.open(room))).toEqual(["a", "b", "c"]);
  });

  test("R2 while the shared store is away the local journal goes on, unacknowledged", async () => {
    await claim(ada, 10);
    await write(ada, "a");
    away();
    const b = edits.make("b");
    for (let attempt = 0; attempt < 3; attempt++) {
      expect(await append(ada, b)).toMatchObject({ ok: false, error: { code: "UNAVAILABLE" } });
    }
    const c = edits.make("c");
    expect(await append(ada, b, c)).toMatchObject({ ok: false });
    expect(editsIn(await ada.local.open(room))).toEqual(["a", "b", "c"]);
    expect((await ada.local.describe(room))?.cursor.seq).toBe(3);
    answering();
    const last = durable(await append(ada, b, c));
    expect(await cursors(ada)).toEqual(same(last));
    expect(last.seq).toBe(3);
    expect(editsIn(await shared.open(room))).toEqual(["a", "b", "c"]);
  });

  test("R2 one room that is refused does not hold up the others", async () => {
    await claim(ada, 10);
    const other = name("other");
    primary.data.fences.set(other, 99);
    const home = homeAt(ada);
    const outcomes = await ada.store.append([
      { room: other, home, updates: [edits.make("x")] },
      { room, home, updates: [edits.make("a")] },
    ]);
    expect(outcomes).toMatchObject([{ ok: false, error: { code: "FENCED" } }, { ok: true }]);
  });

  test("R3 an answer that was lost is found out, and no record is there twice", async () => {
    await claim(ada, 10);
    await write(ada, "a");
    primary.fault = (operation) => (operation === "append" ? "after" : null);
    const [b, c] = [edits.make("b"), edits.make("c")];
    expect(await append(ada, b)).toMatchObject({ ok: false, error: { code: "UNAVAILABLE" } });
    answering();
    const last = durable(await append(ada, b, c));
    expect(last.seq).toBe(3);
    expect(await cursors(ada)).toEqual(same(last));
    expect((await shared.open(room)).tail.length).toBe(3);
  });

  test("R3 what was found out is durable only once the shared store confirms it", async () => {
    await claim(ada, 10);
    await write(ada, "a");
    primary.fault = (operation) => (operation === "append" ? "after" : null);
    const b = edits.make("b");
    await append(ada, b);
    primary.fault = (operation) => (operation === "confirm" ? "before" : null);
    expect(await append(ada, b)).toMatchObject({ ok: false, error: { code: "UNAVAILABLE" } });
    answering();
    requests = [];
    expect(durable(await append(ada, b)).seq).toBe(2);
    expect(sent("append")).toBe(0);
    expect(sent("confirm")).toBe(1);
  });
});

describe("opening", () => {
  test("R4 a current copy is read from disk, with one question to the shared store", async () => {
    await claim(ada, 10);
    await write(ada, "a");
    ada.restart();
    requests = [];
    expect(editsIn(await claim(ada, 11))).toEqual(["a"]);
    expect(requests).toEqual(["positions"]);
  });

  test("R4 a home opens its own room again without asking anybody", async () => {
    await claim(ada, 10);
    await write(ada, "a");
    requests = [];
    expect(editsIn(await ada.store.open(room))).toEqual(["a"]);
    expect(requests).toEqual([]);
  });

  test("R5 a copy that is a little behind is completed by the last records", async () => {
    await claim(ada, 10);
    await write(ada, "a");
    await claim(grace, 11);
    const last = await write(grace, "b");
    await write(grace, "c");
    requests = [];
    expect(editsIn(await claim(ada, 12))).toEqual(["a", "b", "c"]);
    expect(requests).toEqual(["positions", "since"]);
    expect(last.epoch).toBe(11);
    const { local, shared: theirs } = await cursors(ada);
    expect(local).toEqual(theirs);
    expect(durable(await append(ada, edits.make("d"))).seq).toBe(4);
    expect(await cursors(ada)).toEqual(same({ epoch: 12, seq: 4 }));
  });

  test("R5 a room opened ahead of time needs the last records only", async () => {
    await claim(ada, 10);
    await write(ada, "a");
    expect(editsIn(await grace.store.open(room))).toEqual(["a"]);
    await write(ada, "b");
    requests = [];
    expect(editsIn(await claim(grace, 11))).toEqual(["a", "b"]);
    expect(requests).toEqual(["positions", "since"]);
  });

  describe("R5 what was opened ahead of time", () => {
    let earlier: StoredRoom;
    let diskReads: number;

    beforeEach(async () => {
      await claim(ada, 10);
      const first = await write(ada, "a");
      await ada.store.compact(room, homeAt(ada), edits.encode(), first);
      earlier = await grace.store.open(room);
      diskReads = 0;
      grace.disk.fault = (operation) => {
        if (operation === "open") diskReads++;
        return null;
      };
    });

    test("is completed with the records since, and not read again", async () => {
      const last = await write(ada, "b", "c");
      requests = [];
      const opened = await claim(grace, 11, earlier);
      expect(editsIn(opened)).toEqual(["a", "b", "c"]);
      expect(opened.snapshot).toBe(earlier.snapshot);
      expect(opened.cursor).toEqual(last);
      expect(requests).toEqual(["positions", "since"]);
      expect(diskReads).toBe(0);
      expect(await cursors(grace)).toEqual(same(last));
      expect(durable(await append(grace, edits.make("d"))).seq).toBe(last.seq + 1);
    });

    test("is read again where the records since are in a snapshot", async () => {
      const last = await write(ada, "b");
      await ada.store.compact(room, homeAt(ada), edits.encode(), last);
      expect(editsIn(await claim(grace, 11, earlier))).toEqual(["a", "b"]);
    });

    test("is read again where the local copy has gone on, or is gone", async () => {
      await write(ada, "b");
      await grace.store.open(room);
      diskReads = 0;
      expect(editsIn(await claim(grace, 11, earlier))).toEqual(["a", "b"]);
      expect(diskReads).toBe(1);
      await grace.local.remove(room, homeAt(grace));
      expect(editsIn(await claim(grace, 12, earlier))).toEqual(["a", "b"]);
      expect(editsIn(await grace.local.open(room))).toEqual(["a", "b"]);
    });

    test("is not built on where the room was removed since", async () => {
      await ada.store.remove(room, homeAt(ada));
      edits = new Edits();
      await write(ada, "of its next life");
      expect(editsIn(await claim(grace, 11, earlier))).toEqual(["of its next life"]);
    });

    test("is completed where the local copy cannot be, which stays behind", async () => {
      const last = await write(ada, "b");
      grace.disk.fault = (operation) => (operation === "append" ? "before" : null);
      expect(editsIn(await claim(grace, 11, earlier))).toEqual(["a", "b"]);
      expect(await cursors(grace)).toEqual({ local: earlier.cursor, shared: last });
    });
  });

  test("R6 an unknown room is read from the shared store, and the local copy made", async () => {
    await claim(ada, 10);
    const cursor = await write(ada, "a");
    await ada.store.compact(room, homeAt(ada), edits.encode(), cursor);
    const last = await write(ada, "b");
    expect(editsIn(await claim(grace, 11))).toEqual(["a", "b"]);
    expect(await cursors(grace)).toEqual(same(last));
    await write(grace, "c");
    expect(editsIn(await grace.local.open(room))).toEqual(["a", "b", "c"]);
  });

  test("R6 what only the local copy holds is given to the shared store before it is served", async () => {
    await claim(ada, 10);
    await write(ada, "a");
    away();
    await append(ada, edits.make("never accepted"));
    answering();
    await claim(grace, 11);
    await write(grace, "b");
    ada.restart();
    expect(editsIn(await claim(ada, 12))).toEqual(["a", "b", "never accepted"]);
    expect(editsIn(await shared.open(room))).toEqual(["a", "b", "never accepted"]);
    const { local, shared: theirs } = await cursors(ada);
    expect(local).toEqual(theirs);
  });

  test("R6 a process that died while the shared store was away gives what it had journaled", async () => {
    await claim(ada, 10);
    await write(ada, "a");
    away();
    await append(ada, edits.make("b"));
    answering();
    ada.restart();
    expect(editsIn(await claim(ada, 11))).toEqual(["a", "b"]);
    expect(editsIn(await shared.open(room))).toEqual(["a", "b"]);
  });

  test("R6 what only the local copy holds is served only once it could be given", async () => {
    await claim(ada, 10);
    await write(ada, "a");
    away();
    await append(ada, edits.make("b"));
    ada.restart();
    primary.fault = (operation) => (operation === "append" ? "before" : null);
    expect(await rejection(claim(ada, 11))).toMatchObject({ code: "UNAVAILABLE" });
  });

  test("R6 one who only reads is shown everything, and changes nothing", async () => {
    await claim(ada, 10);
    await write(ada, "a");
    away();
    await append(ada, edits.make("b"));
    answering();
    ada.restart();
    const before = await cursors(ada);
    expect(editsIn(await ada.store.open(room))).toEqual(["a", "b"]);
    expect(await cursors(ada)).toEqual(before);
  });

  test("R6 a damaged local copy is made anew", async () => {
    await claim(ada, 10);
    await write(ada, "a");
    ada.restart();
    const open = ada.local.open.bind(ada.local);
    ada.local.open = async () => {
      ada.local.open = open;
      throw new StoreError("DAMAGED", "a byte was flipped");
    };
    expect(editsIn(await claim(ada, 11))).toEqual(["a"]);
    await write(ada, "b");
    expect(editsIn(await ada.local.open(room))).toEqual(["a", "b"]);
  });

  test("R7 a copy of a removed room is not served", async () => {
    await claim(ada, 10);
    await write(ada, "a");
    await claim(grace, 11);
    await grace.store.remove(room, homeAt(grace));
    expect(editsIn(await claim(ada, 12))).toEqual([]);
    expect(await ada.local.describe(room)).toBeNull();
    edits = new Edits();
    await write(ada, "of a new life");
    expect(editsIn(await claim(grace, 13))).toEqual(["of a new life"]);
  });

  test("R7 a copy of a room that the shared store knows nothing of is given back", async () => {
    await claim(ada, 10);
    await write(ada, "a");
    const last = await write(ada, "b");
    ada.restart();
    primary.flush();
    expect(editsIn(await claim(ada, 11))).toEqual(["a", "b"]);
    expect(await cursors(ada)).toEqual(same(last));
    expect(editsIn(await claim(grace, 12))).toEqual(["a", "b"]);
  });

  test("R8 while the shared store is away, a home opens its own current copy", async () => {
    await claim(ada, 10);
    await write(ada, "a");
    away();
    expect(editsIn(await ada.store.open(room))).toEqual(["a"]);
    expect(await ada.store.describe(room)).toMatchObject({ room });
  });

  test("R8 while the shared store is away, nobody else opens anything", async () => {
    await claim(ada, 10);
    await write(ada, "a");
    ada.restart();
    away();
    expect(await rejection(ada.store.open(room))).toMatchObject({ code: "UNAVAILABLE" });
    expect(await rejection(ada.store.describe(room))).toMatchObject({ code: "UNAVAILABLE" });
    const list = ada.store.list({ prefix: "", after: null, limit: 1 });
    expect(await rejection(list)).toMatchObject({ code: "UNAVAILABLE" });
  });

  test("R8 a home whose copy is behind opens what waits as well", async () => {
    await claim(ada, 10);
    await write(ada, "a");
    ada.disk.fault = (operation) => (operation === "append" ? "before" : null);
    await write(ada, "b");
    primary.fault = (operation) => (operation === "append" ? "before" : null);
    await append(ada, edits.make("c"));
    expect(editsIn(await ada.store.open(room))).toEqual(["a", "b", "c"]);
  });
});

describe("what the shared store lost", () => {
  const losses: { what: string; lose: (older: PrimaryData) => void }[] = [
    { what: "came back from an older copy", lose: (older) => primary.restart(older) },
    { what: "came back empty", lose: () => primary.restart(null) },
    { what: "was emptied", lose: () => primary.flush() },
  ];

  test.each(losses)(
    "R9 it $what: the next append finds out and puts all back",
    async ({ lose }) => {
      await claim(ada, 10);
      await write(ada, "a");
      const older = primary.copy();
      for (const id of ["b", "c", "d"]) await write(ada, id);
      lose(older);
      const last = await write(ada, "e");
      expect(await cursors(ada)).toEqual(same(last));
      expect(last.seq).toBe(5);
      expect(editsIn(await shared.open(room))).toEqual(["a", "b", "c", "d", "e"]);
      expect((await write(ada, "f")).seq).toBe(6);
    },
  );

  /** @returns a copy of what Ada wrote, which Grace, whose room was empty, does not know of */
  const graceBeganAnew = async (): Promise<PrimaryData> => {
    await claim(ada, 10);
    await write(ada, "a");
    const older = primary.copy();
    primary.flush();
    edits = new Edits();
    await claim(grace, 11);
    return older;
  };

  /** The copy takes the place of what there is; Grace's claim has been put back already. */
  const comesBack = (older: PrimaryData): void => {
    primary.restart(older);
    primary.data.fences.set(room, 11);
  };

  test.each(losses)("R9 it $what: reconciling puts all back", async ({ lose }) => {
    await claim(ada, 10);
    await write(ada, "a");
    const older = primary.copy();
    const last = await write(ada, "b");
    lose(older);
    expect(await ada.store.reconcile()).toEqual({ intact: 0, restored: 1, pending: 0 });
    expect(await cursors(ada)).toEqual(same(last));
    expect(editsIn(await shared.open(room))).toEqual(["a", "b"]);
    expect(await ada.store.reconcile()).toEqual({ intact: 1, restored: 0, pending: 0 });
    expect((await write(ada, "c")).seq).toBe(3);
  });

  test("R9 what came back that the home did not know of is merged in, and told", async () => {
    const older = await graceBeganAnew();
    await write(grace, "b");
    comesBack(older);
    expect(await grace.store.reconcile()).toEqual({ intact: 0, restored: 1, pending: 0 });
    expect(editsIn(await shared.open(room))).toEqual(["a", "b"]);
    expect(editsIn(await grace.local.open(room))).toEqual(["a", "b"]);
    expect(grace.found.length).toBe(1);
    for (const update of grace.found) edits.apply(update);
    expect([...edits.document.getMap("edits").keys()].length).toBe(2);
  });

  test.each(losses)(
    "R9 it $what while more is written: none of it is passed over",
    async ({ lose }) => {
      await claim(ada, 10);
      await write(ada, "a");
      const older = primary.copy();
      await write(ada, "b");
      lose(older);
      // In its turn behind the reconciliation, which must not take it for what it has put right.
      const reconciling = ada.store.reconcile();
      const appending = ["c", "d"].map((id) => append(ada, edits.make(id)));
      expect(await reconciling).toEqual({ intact: 0, restored: 1, pending: 0 });
      const [, last] = (await Promise.all(appending)).map(durable);
      expect(editsIn(await shared.open(room))).toEqual(["a", "b", "c", "d"]);
      expect(editsIn(await ada.local.open(room))).toEqual(["a", "b", "c", "d"]);
      expect(await cursors(ada)).toEqual(same(last as Cursor));
      expect(await ada.store.reconcile()).toEqual({ intact: 1, restored: 0, pending: 0 });
    },
  );

  test.each(losses)(
    "R9 it $what between two appends under way: none is passed over",
    async ({ lose }) => {
      await claim(ada, 10);
      await write(ada, "a");
      const older = primary.copy();
      await write(ada, "b");
      lose(older);
      const appending = ["c", "d", "e"].map((id) => append(ada, edits.make(id)));
      const last = (await Promise.all(appending)).map(durable).at(-1);
      expect(editsIn(await shared.open(room))).toEqual(["a", "b", "c", "d", "e"]);
      expect(editsIn(await ada.local.open(room))).toEqual(["a", "b", "c", "d", "e"]);
      expect(await cursors(ada)).toEqual(same(last as Cursor));
    },
  );

  test("R9 as many records of an older copy are not taken for those that got no answer", async () => {
    const older = await graceBeganAnew();
    primary.fault = (operation) => (operation === "append" ? "after" : null);
    const b = edits.make("b");
    expect(await append(grace, b)).toMatchObject({ ok: false });
    comesBack(older);
    answering();
    durable(await append(grace, b));
    expect(editsIn(await shared.open(room))).toEqual(["a", "b"]);
  });

  test("R9 losing records and an answer at once", async () => {
    await claim(ada, 10);
    await write(ada, "a");
    const older = primary.copy();
    await write(ada, "b");
    primary.fault = (operation) => (operation === "append" ? "after" : null);
    const c = edits.make("c");
    await append(ada, c);
    answering();
    primary.restart(older);
    const last = durable(await append(ada, c));
    expect(await cursors(ada)).toEqual(same(last));
    expect(editsIn(await shared.open(room))).toEqual(["a", "b", "c"]);
  });

  test("R9 what cannot be put back now is not acknowledged, and tried again", async () => {
    await claim(ada, 10);
    await write(ada, "a");
    await write(ada, "b");
    primary.flush();
    primary.fault = (operation) => (operation === "install" ? "before" : null);
    const c = edits.make("c");
    expect(await append(ada, c)).toMatchObject({ ok: false, error: { code: "UNAVAILABLE" } });
    expect(await ada.store.reconcile()).toEqual({ intact: 0, restored: 0, pending: 1 });
    answering();
    const last = durable(await append(ada, c));
    expect(editsIn(await shared.open(room))).toEqual(["a", "b", "c"]);
    expect(await cursors(ada)).toEqual(same(last));
  });

  test("R10 where the local copy is behind, a snapshot of the document mends both", async () => {
    await claim(ada, 10);
    await write(ada, "a");
    ada.disk.fault = (operation) => (operation === "append" ? "before" : null);
    await write(ada, "b");
    ada.disk.fault = () => null;
    primary.flush();
    const upTo = await write(ada, "c");
    expect(ada.snapshotsAskedFor).toEqual([room]);
    await ada.store.compact(room, homeAt(ada), edits.encode(), upTo);
    expect(editsIn(await shared.open(room))).toEqual(["a", "b", "c"]);
    expect(await cursors(ada)).toEqual(same(upTo));
    expect(editsIn(await ada.local.open(room))).toEqual(["a", "b", "c"]);
  });

  test("R10 a snapshot up to a lost record is put in its place, merged with what is there", async () => {
    await claim(ada, 10);
    await write(ada, "a");
    const upTo = await write(ada, "b");
    const snapshot = edits.encode();
    primary.flush();
    const stray = new Edits();
    await shared.append([{ room, home: homeAt(ada), updates: [stray.make("stray")] }]);
    await ada.store.compact(room, homeAt(ada), snapshot, upTo);
    expect(editsIn(await shared.open(room))).toEqual(["a", "b", "stray"]);
  });
});

describe("compacting and ending", () => {
  test("R11 both copies are compacted", async () => {
    await claim(ada, 10);
    await write(ada, "a");
    const upTo = await write(ada, "b");
    const snapshot = edits.encode();
    const last = await write(ada, "c");
    await ada.store.compact(room, homeAt(ada), snapshot, upTo);
    for (const store of [ada.local, shared]) {
      const stored = await store.open(room);
      expect(stored.tail.length).toBe(1);
      expect(stored.cursor).toEqual(last);
      expect(editsIn(stored)).toEqual(["a", "b", "c"]);
    }
  });

  test("R11 a copy that is behind is made anew, and current again", async () => {
    await claim(ada, 10);
    await write(ada, "a");
    ada.disk.fault = (operation) => (operation === "append" ? "before" : null);
    const upTo = await write(ada, "b");
    const snapshot = edits.encode();
    ada.disk.fault = () => null;
    await write(ada, "c");
    await ada.store.compact(room, homeAt(ada), snapshot, upTo);
    const { local, shared: theirs } = await cursors(ada);
    expect(local).toEqual(theirs);
    requests = [];
    expect(editsIn(await ada.store.open(room))).toEqual(["a", "b", "c"]);
    expect(requests).toEqual([]);
    const last = await write(ada, "d");
    expect(await cursors(ada)).toEqual(same(last));
  });

  test("R11 a disk that fails while compacting leaves the copy behind, and nothing else", async () => {
    await claim(ada, 10);
    const upTo = await write(ada, "a");
    ada.disk.fault = () => "before";
    await ada.store.compact(room, homeAt(ada), edits.encode(), upTo);
    expect(editsIn(await ada.store.open(room))).toEqual(["a"]);
  });

  test("R12 a fenced home forgets the room; what it had journaled is given later", async () => {
    await claim(ada, 10);
    await write(ada, "a");
    const home = homeAt(ada);
    await claim(grace, 11);
    const late = [{ room, home, updates: [edits.make("late")] }];
    expect(await ada.store.append(late)).toMatchObject([{ ok: false, error: { code: "FENCED" } }]);
    expect(editsIn(await shared.open(room))).toEqual(["a"]);
    expect(editsIn(await claim(ada, 12))).toEqual(["a", "late"]);
  });

  test("a removal takes both copies, and fails while the shared store is away", async () => {
    await claim(ada, 10);
    await write(ada, "a");
    away();
    const refused = ada.store.remove(room, homeAt(ada));
    expect(await rejection(refused)).toMatchObject({ code: "UNAVAILABLE" });
    expect(editsIn(await ada.store.open(room))).toEqual(["a"]);
    answering();
    await ada.store.remove(room, homeAt(ada));
    expect(await cursors(ada)).toEqual(same(null));
  });

  test("many rooms are reconciled with one question for all", async () => {
    const rooms = Array.from({ length: 40 }, (_, index) => name(`room ${index}`));
    const home = { node: "ada", epoch: 10 };
    for (const each of rooms) ada.homes.set(each, home);
    const entries = (id: string): { room: RoomName; home: typeof home; updates: Uint8Array[] }[] =>
      rooms.map((each) => ({ room: each, home, updates: [new Edits().make(`${id} of ${each}`)] }));
    for (const outcome of await ada.store.append(entries("first"))) durable(outcome);
    const older = primary.copy();
    for (const outcome of await ada.store.append(entries("second").slice(0, 10))) durable(outcome);
    requests = [];
    primary.restart(older);
    expect(await ada.store.reconcile()).toEqual({ intact: 30, restored: 10, pending: 0 });
    expect(sent("positions")).toBe(1);
    expect(sent("install")).toBe(10);
  });
});
