import { join } from "node:path";
import { MemoryPrimary, MemorySharedStore, ReplicatedStore } from "@homeroom/cluster";
import type { RoomName } from "@homeroom/protocol";
import { type Cursor, type Home, type StoredRoom, StoreError } from "@homeroom/room";
import { roomStoreContract } from "@homeroom/room/contract";
import { LevelStore } from "@homeroom/store-level";
import { type TempDir, tempDir } from "@homeroom/testkit";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import * as Y from "yjs";
import { journalKey } from "../src/keys.js";
import { openLevel } from "../src/level.js";
import { silent } from "./support/loggers.js";
import { rejection } from "./support/rejection.js";
import { room as named } from "./support/sample-store.js";

const clock = { now: () => 1_000, monotonic: () => 1_000 };

roomStoreContract("ReplicatedStore over LevelStore", {
  persistent: true,
  harness: async () => {
    const directory = await tempDir();
    const primary = new MemoryPrimary(clock);
    return {
      open: async (contractClock) => {
        // Whoever appends is home; the contract knows of no claims.
        const homes = new Map<RoomName, Home>();
        const store = new ReplicatedStore({
          local: await LevelStore.open({
            directory: directory.path,
            logger: silent,
            clock: contractClock,
          }),
          shared: new MemorySharedStore(primary, contractClock),
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
      clean: () => directory.close(),
    };
  },
});

const room = named("docs/plan");

/** A node with a disk; `homes` is what it has claimed. */
class Node {
  readonly homes = new Map<RoomName, Home>();
  readonly found: Uint8Array[] = [];
  readonly #path: string;
  #level: LevelStore | null = null;
  #store: ReplicatedStore | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  get level(): LevelStore {
    if (!this.#level) throw new Error("the node does not run");
    return this.#level;
  }

  get store(): ReplicatedStore {
    if (!this.#store) throw new Error("the node does not run");
    return this.#store;
  }

  async start(): Promise<void> {
    this.#level = await LevelStore.open({ directory: this.#path, logger: silent });
    this.#store = new ReplicatedStore({
      local: this.#level,
      shared: new MemorySharedStore(primary),
      homeOf: (each) => this.homes.get(each) ?? null,
      needsSnapshot: () => {},
      found: (_, update) => this.found.push(update),
      logger: silent,
    });
  }

  /** Ends the process: what it knew is gone, its disk stays. */
  async stop(): Promise<void> {
    this.homes.clear();
    await this.#store?.close();
    this.#store = null;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async claim(epoch: number): Promise<readonly string[]> {
    this.homes.set(room, { node: this.#path, epoch });
    primary.data.fences.set(room, epoch);
    requests = [];
    return editsIn(await this.store.open(room));
  }

  async write(id: string): Promise<Cursor> {
    const home = this.homes.get(room);
    if (!home) throw new Error("not home");
    document.getMap("edits").set(id, true);
    const update = emitted.pop();
    if (!update) throw new Error("nothing was emitted");
    const [outcome] = await this.store.append([{ room, home, updates: [update] }]);
    if (!outcome?.ok) throw outcome?.error ?? new Error("no outcome");
    return outcome.cursor;
  }
}

function editsIn({ snapshot, tail }: StoredRoom): readonly string[] {
  const copy = new Y.Doc();
  for (const update of snapshot ? [snapshot, ...tail] : tail) Y.applyUpdate(copy, update);
  return [...copy.getMap("edits").keys()].sort((a, b) => a.localeCompare(b));
}

let directory: TempDir;
let primary: MemoryPrimary;
let document: Y.Doc;
let emitted: Uint8Array[];
/** What the shared store was asked since the last claim. */
let requests: string[];
let ada: Node;
let grace: Node;

beforeEach(async () => {
  directory = await tempDir();
  primary = new MemoryPrimary(clock);
  document = new Y.Doc();
  emitted = [];
  document.on("update", (update: Uint8Array) => emitted.push(update));
  answering();
  ada = new Node(join(directory.path, "ada"));
  grace = new Node(join(directory.path, "grace"));
  await ada.start();
  await grace.start();
});

afterEach(async () => {
  await ada.stop();
  await grace.stop();
  await directory.close();
});

const answering = () => {
  requests = [];
  primary.fault = (operation) => {
    requests.push(operation);
    return null;
  };
};

const away = () => {
  primary.fault = () => "before";
};

describe("SL35 a node that was home before", () => {
  test("opens a current copy from its disk", async () => {
    await ada.claim(10);
    await ada.write("a");
    await ada.restart();
    expect(await ada.claim(11)).toEqual(["a"]);
    expect(requests).toEqual(["positions"]);
  });

  test("completes a copy that is behind, and no snapshot crosses the network", async () => {
    await ada.claim(10);
    await ada.write("a");
    await ada.stop();
    expect(await grace.claim(11)).toEqual(["a"]);
    await grace.write("b");
    const last = await grace.write("c");
    await ada.start();
    expect(await ada.claim(12)).toEqual(["a", "b", "c"]);
    expect(requests).toEqual(["positions", "since"]);
    expect((await ada.level.describe(room))?.cursor).toEqual(last);
    await ada.restart();
    expect(await ada.claim(13)).toEqual(["a", "b", "c"]);
    expect(requests).toEqual(["positions"]);
  });

  test("takes the whole copy where its own does not fit, and goes on behind it", async () => {
    await ada.claim(10);
    await ada.write("a");
    await ada.stop();
    await grace.claim(11);
    const upTo = await grace.write("b");
    const home = { node: "grace", epoch: 11 };
    await grace.store.compact(room, home, Y.encodeStateAsUpdate(document), upTo);
    await ada.start();
    expect(await ada.claim(12)).toEqual(["a", "b"]);
    expect((await ada.level.describe(room))?.cursor).toEqual(upTo);
    const next = await ada.write("c");
    expect(next).toEqual({ epoch: 12, seq: upTo.seq + 1 });
    expect((await ada.level.describe(room))?.cursor).toEqual(next);
    await ada.restart();
    expect(await ada.claim(13)).toEqual(["a", "b", "c"]);
    expect(requests).toEqual(["positions"]);
  });

  test("gives what only its disk holds before it serves the room", async () => {
    await ada.claim(10);
    await ada.write("a");
    away();
    expect(await rejection(ada.write("b"))).toBeInstanceOf(StoreError);
    await ada.restart();
    answering();
    expect(await ada.claim(11)).toEqual(["a", "b"]);
    await grace.claim(12);
    expect(editsIn(await grace.level.open(room))).toEqual(["a", "b"]);
  });

  test("makes a damaged copy anew", async () => {
    await ada.claim(10);
    await ada.write("a");
    await ada.write("b");
    await ada.stop();
    const level = await openLevel(join(directory.path, "ada", "journal"), false);
    await level.del(journalKey(room, 1));
    await level.close();
    await ada.start();
    expect(await ada.claim(11)).toEqual(["a", "b"]);
    expect(ada.level.damagedRooms()).toEqual([]);
    await ada.write("c");
    await ada.restart();
    expect(await ada.claim(12)).toEqual(["a", "b", "c"]);
    expect(requests).toEqual(["positions"]);
  });

  test("puts back what the shared store lost, and keeps what it came back with", async () => {
    await ada.claim(10);
    await ada.write("a");
    const older = primary.copy();
    await ada.write("b");
    primary.restart(older);
    expect(await ada.store.reconcile()).toMatchObject({ restored: 1, pending: 0 });
    primary.flush();
    expect(await ada.store.reconcile()).toMatchObject({ restored: 1, pending: 0 });
    await grace.claim(11);
    expect(editsIn(await grace.level.open(room))).toEqual(["a", "b"]);
    expect(ada.found).toEqual([]);
  });
});
