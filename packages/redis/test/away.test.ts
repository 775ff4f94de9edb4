import { registered } from "@homeroom/cluster/contract";
import { deadline, eventually, Lab, type RedisProcess } from "@homeroom/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { RedisConnection } from "../src/index.js";
import { commandsSince } from "./commands.js";
import { answering, connected, connecting } from "./connected.js";
import { announcement, bytes, durable, name, rejection } from "./samples.js";

const room = name("docs/plan");
const home = { node: "ada", epoch: 5 };
const leaseTtlMs = 1_000;
const limits = { commandTimeoutMs: 400, bulkTimeoutMs: 800, replicaTimeoutMs: 100 };

let lab: Lab;
let redis: RedisProcess;

beforeEach(async () => {
  lab = new Lab();
  redis = await lab.redis({ config: { appendonly: "yes", appendfsync: "always" } });
});

afterEach(async () => {
  await lab.close();
});

const append = async ({ store }: RedisConnection, text: string) =>
  (await store.append([{ room, home, updates: [bytes(text)] }]))[0];

const unavailable = { code: "UNAVAILABLE" };

/** Every kind of call fails, each within the time that it may take. */
const expectAway = async ({ directory, store }: RedisConnection): Promise<void> => {
  const self = { node: "ada", incarnation: 1 };
  const calls: [string, () => Promise<unknown>][] = [
    ["register", () => directory.register("ada", "process", null, announcement)],
    ["renew", () => directory.renew(self, "process", announcement)],
    ["declareDead", () => directory.declareDead(self)],
    ["nodes", () => directory.nodes()],
    ["lookup", () => directory.lookup(room)],
    ["lookupAll", () => directory.lookupAll([room, name("other")])],
    ["claim", () => directory.claim(room, self, null)],
    ["reassert", () => directory.reassert(room, { ...self, epoch: 5, state: "held" })],
    ["release", () => directory.release(room, { ...self, epoch: 5, state: "held" })],
    ["open", () => store.open(room)],
    ["compact", () => store.compact(room, home, bytes("A"), { epoch: 5, seq: 1 })],
    ["install", () => store.install(room, home, bytes("A"), { epoch: 5, seq: 1 })],
    ["remove", () => store.remove(room, home)],
    ["describe", () => store.describe(room)],
    ["list", () => store.list({ prefix: "", after: null, limit: 10 })],
    ["positions", () => store.positions([room])],
    ["since", () => store.since(room, { epoch: 5, seq: 1 })],
  ];
  await Promise.all(
    calls.map(async ([what, call]) => {
      const failed = await deadline(rejection(call()), 3_000, what);
      expect(failed, what).toMatchObject(unavailable);
    }),
  );
  const outcome = await deadline(append({ store } as RedisConnection, "x"), 3_000, "append");
  expect(outcome).toMatchObject({ ok: false, error: unavailable });
};

test("X10 a server that is not there: calls fail at once, and work once it is", async () => {
  await redis.stop();
  const connection = lab.own(connecting({ url: redis.url, leaseTtlMs, limits }));
  expect(connection.connected).toBe(false);
  await expectAway(connection);
  await redis.start();
  await answering(connection);
  durable(await append(connection, "a"));
});

test("X24 whoever waits for a server is told when it is there, and when it is not in time", async () => {
  const connection = lab.own(connecting({ url: redis.url, leaseTtlMs, limits }));
  expect(await connection.reached(5_000)).toBe(true);
  await redis.kill();
  await eventually(() => !connection.connected);
  expect(await connection.reached(50)).toBe(false);
  expect(await connection.answers()).toBe(false);
  const reached = connection.reached(10_000);
  await redis.start();
  expect(await reached).toBe(true);
  await eventually(() => connection.answers());
  redis.pause();
  expect(connection.connected).toBe(true);
  expect(await connection.answers()).toBe(false);
  redis.resume();
  await eventually(() => connection.answers());
  await connection.close();
});

test("X10, X11 a stopped server: calls end in time, and nothing of them is sent again later", async () => {
  const connection = lab.own(await connected({ url: redis.url, leaseTtlMs, limits }));
  durable(await append(connection, "a"));
  const { incarnation } = await registered(connection.directory, "ada", "process");
  redis.pause();
  await expectAway(connection);
  await eventually(() => !connection.connected, { message: "the silent connection is left" });
  await expectAway(connection);
  redis.resume();
  await answering(connection);
  const before = await commandsSince(redis);
  const self = { node: "ada", incarnation };
  expect(await connection.directory.renew(self, "process", announcement)).toMatchObject({
    status: "lapsed",
  });
  expect((await commandsSince(redis, before)).get("evalsha") ?? 0).toBeLessThanOrEqual(1);
});

test("X11 a killed server: unanswered commands fail, and are not sent again to the next one", async () => {
  const proxy = await lab.proxy(redis);
  const url = `redis://127.0.0.1:${proxy.port}`;
  const connection = lab.own(await connected({ url, leaseTtlMs, limits }));
  durable(await append(connection, "a"));
  proxy.hold("up");
  const underWay = append(connection, "lost on the way");
  await redis.kill();
  proxy.heal();
  expect(await underWay).toMatchObject({ ok: false, error: unavailable });
  await redis.start();
  await answering(connection);
  expect(durable(await append(connection, "b")).seq).toBe(2);
  expect((await connection.store.open(room)).tail.length).toBe(2);
});

test("X11 an answer that is lost: the append has taken effect once, and its position tells", async () => {
  const proxy = await lab.proxy(redis);
  const url = `redis://127.0.0.1:${proxy.port}`;
  const connection = lab.own(await connected({ url, leaseTtlMs, limits }));
  durable(await append(connection, "a"));
  proxy.loseNextReply();
  expect(await append(connection, "b")).toMatchObject({ ok: false, error: unavailable });
  proxy.heal();
  await answering(connection);
  const [position] = await connection.store.positions([room]);
  expect(position?.cursor?.seq).toBe(2);
  expect((await connection.store.open(room)).tail.length).toBe(2);
});

test("X10 cut off one way or the other: calls fail in time, and work again after", async () => {
  const proxy = await lab.proxy(redis);
  const url = `redis://127.0.0.1:${proxy.port}`;
  const connection = lab.own(await connected({ url, leaseTtlMs, limits }));
  for (const direction of ["up", "down"] as const) {
    proxy.swallow(direction);
    await expectAway(connection);
    proxy.heal();
    await answering(connection);
  }
});

test("X10 a slow server is not away", async () => {
  const proxy = await lab.proxy(redis);
  const url = `redis://127.0.0.1:${proxy.port}`;
  const connection = lab.own(await connected({ url, leaseTtlMs: 4_000 }));
  proxy.delay(100);
  const { incarnation } = await registered(connection.directory, "ada", "process");
  const self = { node: "ada", incarnation };
  expect(await connection.directory.renew(self, "process", announcement)).toMatchObject({
    status: "renewed",
  });
  durable(await append(connection, "a"));
});

test("X12 out of memory: appends are FULL, leases, claims and compactions go on, and it heals", async () => {
  const connection = lab.own(await connected({ url: redis.url, leaseTtlMs }));
  const { directory, store } = connection;
  const { incarnation } = await registered(directory, "ada", "process");
  const self = { node: "ada", incarnation };
  const { owner } = await directory.claim(room, self, null);
  const mine = { room, home: owner, updates: [new Uint8Array(200_000)] };
  for (let times = 0; times < 20; times++) durable((await store.append([mine]))[0]);
  const [position] = await store.positions([room]);
  await redis.command("CONFIG", "SET", "maxmemory-policy", "noeviction");
  await redis.command("CONFIG", "SET", "maxmemory", "1mb");
  expect((await store.append([mine]))[0]).toMatchObject({ error: { code: "FULL" } });
  const other = { ...mine, room: name("other") };
  expect((await store.append([other]))[0]).toMatchObject({ error: { code: "FULL" } });
  expect(await directory.renew(self, "process", announcement)).toMatchObject({ status: "renewed" });
  expect(await directory.claim(name("third"), self, null)).toMatchObject({ claimed: true });
  if (!position?.cursor) throw new Error("no cursor");
  await store.compact(room, owner, bytes("all of it"), position.cursor);
  await redis.command("CONFIG", "SET", "maxmemory", "0");
  expect(durable((await store.append([mine]))[0]).seq).toBe(21);
});

test("X13 a replica refuses to write; promoted, it takes writes over the same connections", async () => {
  const replica = await lab.redis({ replicaOf: redis });
  const onPrimary = lab.own(await connected({ url: redis.url }));
  durable(await append(onPrimary, "a"));
  await eventually(async () => (await replica.command("XLEN", "{docs/plan}:l")) === "1");
  const connection = lab.own(await connected({ url: replica.url }));
  const outcome = await append(connection, "b");
  expect(outcome).toMatchObject({ ok: false, error: unavailable });
  expect(String(outcome?.ok === false && outcome.error.message)).toContain("replica");
  const claim = connection.directory.claim(room, { node: "ada", incarnation: 1 }, null);
  expect(await rejection(claim)).toMatchObject(unavailable);
  await replica.command("REPLICAOF", "NO", "ONE");
  await answering(connection);
  expect(durable(await append(connection, "b")).seq).toBe(2);
});

test("X23 declared new, a cluster's claims do not wait; after a restart they do", async () => {
  const connection = lab.own(await connected({ url: redis.url, leaseTtlMs }));
  const { directory } = connection;
  const age = async () => (await registered(directory, "ada", "process")).primary.ageMs;
  expect(await age()).toBeLessThan(leaseTtlMs);
  await redis.command("FLUSHALL");
  await connection.declareNoHomes();
  expect(await age()).toBeGreaterThan(leaseTtlMs);
  await redis.stop();
  await redis.start();
  await answering(connection);
  expect(await age()).toBeLessThan(leaseTtlMs);
});

test("X14 closing ends every connection, whatever state they are in", async () => {
  const connections = [
    await connected({ url: redis.url }),
    connecting({ url: "redis://127.0.0.1:1" }),
    connecting({ url: "redis+sentinel://127.0.0.1:1/primary" }),
    connecting({ url: "redis://127.0.0.1:1,redis://127.0.0.1:2" }),
  ];
  for (const connection of connections) {
    const underWay = append(connection, "a");
    await deadline(Promise.all([connection.close(), connection.close()]), 2_000, "closing");
    await underWay;
    expect(await rejection(connection.store.open(room))).toMatchObject({ code: "CLOSED" });
  }
  await eventually(async () => !(await redis.command("CLIENT", "LIST")).includes("homeroom-"));
});
