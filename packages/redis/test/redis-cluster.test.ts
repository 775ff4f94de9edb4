import { registered } from "@homeroom/cluster/contract";
import { eventually, Lab, type RedisCluster, startRedisCluster } from "@homeroom/testkit";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { RedisConnection } from "../src/index.js";
import { slotOf } from "../src/slot.js";
import { connected } from "./connected.js";
import { bytes, durable, homeOf, name, text } from "./samples.js";

const rooms = Array.from({ length: 60 }, (_, index) => name(`docs/${index}`));
const lab = new Lab();
let cluster: RedisCluster;
let connection: RedisConnection;
let changes: number;

beforeAll(async () => {
  cluster = lab.own(await startRedisCluster());
  changes = 0;
  connection = lab.own(
    await connected({
      url: cluster.url,
      limits: { commandTimeoutMs: 1_000, replicaTimeoutMs: 100 },
      onPrimaryChange: () => changes++,
    }),
  );
}, 60_000);

afterAll(async () => {
  await lab.close();
});

beforeEach(async () => {
  for (const server of cluster.servers) await server.command("FLUSHALL");
});

test("X3, X8 rooms of every slot are claimed, written, compacted and listed", async () => {
  const { directory, store } = connection;
  const { incarnation } = await registered(directory, "ada", "process");
  const self = { node: "ada", incarnation };
  const owners = await Promise.all(rooms.map((room) => directory.claim(room, self, null)));
  for (const { claimed } of owners) expect(claimed).toBe(true);
  expect(await directory.lookupAll(rooms)).toEqual(owners.map(({ owner }) => owner));
  const batch = rooms.map((room, index) => ({
    room,
    home: homeOf(owners[index]?.owner ?? { ...self, epoch: 0, state: "held" }),
    updates: [bytes(`of ${room}`)],
  }));
  for (let times = 1; times <= 3; times++) {
    for (const outcome of await store.append(batch)) expect(durable(outcome).seq).toBe(times);
  }
  const positions = await store.positions(rooms);
  for (const [index, { room, home }] of batch.entries()) {
    const cursor = positions[index]?.cursor;
    if (!cursor) throw new Error(`${room} has no cursor`);
    if (index % 2 === 0) await store.compact(room, home, bytes("snapshot"), cursor);
    const stored = await store.open(room);
    expect(stored.cursor).toEqual(cursor);
    expect(stored.snapshot && text(stored.snapshot)).toBe(index % 2 === 0 ? "snapshot" : null);
    expect(stored.tail.length).toBe(index % 2 === 0 ? 0 : 3);
  }
  const listed = await store.list({ prefix: "docs/", after: null, limit: 100 });
  expect(new Set(listed.map(({ room }) => room))).toEqual(new Set(rooms));
  const used = new Set<number>();
  for (const [index, server] of cluster.servers.entries()) {
    if ((await server.command("DBSIZE")) !== "0") used.add(index);
  }
  expect(used.size).toBe(3);
  expect(changes).toBe(0);
});

test("a slot that moves takes its rooms along, without an error", async () => {
  const { store } = connection;
  const [room] = rooms;
  if (room === undefined) throw new Error("no room");
  const home = { node: "ada", epoch: 5 };
  const append = async () => (await store.append([{ room, home, updates: [bytes("x")] }]))[0];
  durable(await append());
  const number = slotOf(`{${room}}:l`);
  const slot = `${number}`;
  const from = await cluster.owning(number);
  const to = cluster.servers.find((server) => server !== from);
  if (!to) throw new Error("no other server");
  const ids = await Promise.all([from, to].map((server) => server.command("CLUSTER", "MYID")));
  await to.command("CLUSTER", "SETSLOT", slot, "IMPORTING", ids[0] ?? "");
  await from.command("CLUSTER", "SETSLOT", slot, "MIGRATING", ids[1] ?? "");
  const keys = (await from.command("CLUSTER", "GETKEYSINSLOT", slot, "100")).split("\n");
  for (const key of keys.filter((each) => each !== "")) {
    await from.command("MIGRATE", "127.0.0.1", `${to.port}`, key, "0", "2000");
  }
  for (const server of [to, from, ...cluster.servers]) {
    await server.command("CLUSTER", "SETSLOT", slot, "NODE", ids[1] ?? "");
  }
  expect(durable(await append()).seq).toBe(2);
  expect(durable(await append()).seq).toBe(3);
  expect((await store.open(room)).tail.length).toBe(3);
});

test("X10, X20 one server down: its rooms are unavailable, the others go on; restarted, it is noticed", async () => {
  const { store } = connection;
  const home = { node: "ada", epoch: 5 };
  const batch = rooms.map((room) => ({ room, home, updates: [bytes("x")] }));
  // The listing's slot must be up for a room's first append: it is elsewhere than the server.
  const listing = await cluster.owning(slotOf("{homeroom}:rooms"));
  const down = cluster.servers.find((server) => server !== listing);
  if (!down) throw new Error("no other server");
  for (const outcome of await store.append(batch)) durable(outcome);
  for (const server of cluster.servers) {
    await server.command("CONFIG", "SET", "cluster-require-full-coverage", "no");
  }
  await down.kill();
  const outcomes = await store.append(batch);
  const failed = outcomes.filter(({ ok }) => !ok);
  expect(failed.length).toBeGreaterThan(0);
  expect(failed.length).toBeLessThan(rooms.length);
  for (const outcome of failed) expect(outcome).toMatchObject({ error: { code: "UNAVAILABLE" } });
  const before = changes;
  await down.start();
  await cluster.whole();
  await eventually(async () => (await store.append(batch)).every(({ ok }) => ok), {
    within: 20_000,
    message: "every room is written again",
  });
  await eventually(() => changes > before, { within: 15_000, message: "the change is noticed" });
}, 60_000);
