import { MemoryPrimary, MemorySharedStore, ReplicatedStore } from "@homeroom/cluster";
import { type Cursor, type Home, systemClock } from "@homeroom/room";
import { eventually, Lab, type RedisProcess } from "@homeroom/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import * as Y from "yjs";
import type { RedisConnection } from "../src/index.js";
import { answering, connected, silent } from "./connected.js";
import { durable, name } from "./samples.js";

const room = name("docs/plan");
const home: Home = { node: "ada", epoch: 5 };

let lab: Lab;
let redis: RedisProcess;
let connection: RedisConnection;
let changes: number;
let store: ReplicatedStore;
let document: Y.Doc;
let last: Uint8Array | null;

beforeEach(async () => {
  lab = new Lab();
  changes = 0;
  redis = await lab.redis({ config: { appendonly: "yes", appendfsync: "always" } });
  connection = lab.own(
    await connected({
      url: redis.url,
      limits: { commandTimeoutMs: 500, replicaTimeoutMs: 100 },
      onPrimaryChange: () => changes++,
    }),
  );
  // The disk is of no interest here; `packages/cluster` proves what becomes of it.
  const local = new MemorySharedStore(new MemoryPrimary(systemClock));
  store = new ReplicatedStore({
    local,
    shared: connection.store,
    homeOf: () => home,
    needsSnapshot: () => {},
    found: () => {},
    logger: silent,
  });
  document = new Y.Doc();
  last = null;
  document.on("update", (update: Uint8Array) => {
    last = update;
  });
});

afterEach(async () => {
  document.destroy();
  await lab.close();
});

/** An edit of the live document, as what is to be journaled. */
const edit = (id: string): Uint8Array => {
  document.getMap("edits").set(id, true);
  if (!last) throw new Error("nothing was emitted");
  return last;
};

const append = async (...updates: Uint8Array[]) =>
  (await store.append([{ room, home, updates }]))[0];

const write = async (id: string): Promise<Cursor> => durable(await append(edit(id)));

/** What another node would read. */
const shared = async (): Promise<string[]> => {
  const { snapshot, tail } = await connection.store.open(room);
  const read = new Y.Doc();
  for (const update of snapshot ? [snapshot, ...tail] : tail) Y.applyUpdate(read, update);
  const ids = [...read.getMap("edits").keys()].sort((a, b) => a.localeCompare(b));
  read.destroy();
  return ids;
};

const back = (): Promise<void> => answering(connection);

test("X20, X21 Redis restarts with its data: nothing is lost, and the change is noticed", async () => {
  await store.open(room);
  for (const id of ["a", "b", "c"]) await write(id);
  await redis.kill();
  const d = edit("d");
  expect(await append(d)).toMatchObject({ ok: false, error: { code: "UNAVAILABLE" } });
  await redis.start();
  await back();
  await eventually(() => changes === 1);
  expect(await store.reconcile()).toEqual({ intact: 1, restored: 0, pending: 0 });
  expect(durable(await append(d)).seq).toBe(4);
  expect(await shared()).toEqual(["a", "b", "c", "d"]);
});

test("X20, X21 Redis comes back empty: its home puts the room back, edits of the outage with it", async () => {
  await store.open(room);
  for (const id of ["a", "b", "c"]) await write(id);
  await redis.kill();
  const d = edit("d");
  expect(await append(d)).toMatchObject({ ok: false });
  await redis.start("empty");
  await back();
  await eventually(() => changes === 1);
  expect(await store.reconcile()).toEqual({ intact: 0, restored: 1, pending: 0 });
  expect(await shared()).toEqual(["a", "b", "c", "d"]);
  const last = await write("e");
  expect(durable(await append(d, edit("f"))).seq).toBe(last.seq + 1);
  expect(await shared()).toEqual(["a", "b", "c", "d", "e", "f"]);
});

test("X21 Redis comes back from an older copy: the next append finds out", async () => {
  await store.open(room);
  await write("a");
  const older = await redis.dump();
  for (const id of ["b", "c"]) await write(id);
  await redis.kill();
  await redis.start(older);
  await back();
  expect(await shared()).toEqual(["a"]);
  expect((await write("d")).seq).toBe(4);
  expect(await shared()).toEqual(["a", "b", "c", "d"]);
  expect((await write("e")).seq).toBe(5);
});

test("X21 Redis is emptied while it runs: the next append finds out", async () => {
  await store.open(room);
  for (const id of ["a", "b"]) await write(id);
  await redis.command("FLUSHALL");
  expect((await write("c")).seq).toBe(3);
  expect(await shared()).toEqual(["a", "b", "c"]);
  expect(changes).toBe(0);
});

test("X21 Redis is stopped for a while: edits wait, and arrive once", async () => {
  await store.open(room);
  await write("a");
  redis.pause();
  const updates = [edit("b")];
  expect(await append(...updates)).toMatchObject({ ok: false });
  updates.push(edit("c"));
  expect(await append(...updates)).toMatchObject({ ok: false });
  redis.resume();
  await back();
  const cursor = await eventually(async () => {
    const outcome = await append(...updates);
    return outcome?.ok && outcome.cursor;
  });
  expect(await shared()).toEqual(["a", "b", "c"]);
  // What was sent before the stop was perhaps taken after it; the room is in order all the same.
  const next = await write("d");
  expect(next.seq).toBe(cursor.seq + 1);
  expect(await shared()).toEqual(["a", "b", "c", "d"]);
  const [position] = await connection.store.positions([room]);
  expect(position).toMatchObject({ intact: true, cursor: next });
});

test("X21 an answer is lost: the edit is there once, and acknowledged once", async () => {
  const proxy = await lab.proxy(redis);
  const url = `redis://127.0.0.1:${proxy.port}`;
  connection = lab.own(await connected({ url }));
  const local = new MemorySharedStore(new MemoryPrimary(systemClock));
  store = new ReplicatedStore({
    local,
    shared: connection.store,
    homeOf: () => home,
    needsSnapshot: () => {},
    found: () => {},
    logger: silent,
  });
  await store.open(room);
  await write("a");
  const b = edit("b");
  proxy.loseNextReply();
  expect(await append(b)).toMatchObject({ ok: false });
  proxy.heal();
  await back();
  expect(durable(await append(b)).seq).toBe(2);
  expect((await connection.store.open(room)).tail.length).toBe(2);
});
