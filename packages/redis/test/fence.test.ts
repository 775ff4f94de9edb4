import type { ClaimOutcome, NodeIncarnation, OwnerRecord } from "@homeroom/cluster";
import { registered } from "@homeroom/cluster/contract";
import { Lab, type RedisProcess } from "@homeroom/testkit";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { RedisConnection } from "../src/index.js";
import { commandsSince } from "./commands.js";
import { connected } from "./connected.js";
import { announcement, bytes, durable, homeOf, name, rejection, text } from "./samples.js";

const room = name("docs/plan");
const suite = new Lab();
let redis: RedisProcess;
let lab: Lab;
let ada: RedisConnection;
let grace: RedisConnection;

beforeAll(async () => {
  redis = await suite.redis();
});

afterAll(async () => {
  await suite.close();
});

beforeEach(async () => {
  lab = new Lab();
  await redis.command("FLUSHALL");
  ada = lab.own(await connected({ url: redis.url }));
  grace = lab.own(await connected({ url: redis.url }));
});

afterEach(async () => {
  await lab.close();
});

let processes = 0;

const register = async (of: RedisConnection, node: string): Promise<NodeIncarnation> => {
  const { incarnation } = await registered(of.directory, node, `process-${++processes}`);
  return { node, incarnation };
};

const claim = async (
  of: RedisConnection,
  node: NodeIncarnation,
  previous: OwnerRecord | null,
): Promise<OwnerRecord> => (await of.directory.claim(room, node, previous)).owner;

const append = async (of: RedisConnection, owner: OwnerRecord, ...updates: string[]) =>
  (await of.store.append([{ room, home: homeOf(owner), updates: updates.map(bytes) }]))[0];

test("X1 two homes race for a room fifty times: one wins each, and epochs only rise", async () => {
  const nodes = [await register(ada, "ada"), await register(grace, "grace")] as const;
  let owner: OwnerRecord | null = null;
  for (let round = 0; round < 50; round++) {
    const before: OwnerRecord | null = owner;
    const outcomes: readonly [ClaimOutcome, ClaimOutcome] = await Promise.all([
      ada.directory.claim(room, nodes[0], before),
      grace.directory.claim(room, nodes[1], before),
    ]);
    const winners = outcomes.filter(({ claimed }) => claimed);
    expect(winners.length).toBe(1);
    expect(outcomes[0].owner).toEqual(outcomes[1].owner);
    expect(outcomes[0].owner.epoch).toBeGreaterThan(before?.epoch ?? 0);
    owner = outcomes[0].owner;
  }
});

test("X1 homes that write while others claim: no epoch has records of two homes", async () => {
  const homes = [
    { of: ada, self: await register(ada, "ada") },
    { of: grace, self: await register(grace, "grace") },
  ];
  const accepted = new Map<number, Set<string>>();
  let owner: OwnerRecord | null = null;
  for (let round = 0; round < 30; round++) {
    const before: OwnerRecord | null = owner;
    await Promise.all(
      homes.map(async ({ of, self }) => {
        const mine = await claim(of, self, before);
        owner = mine;
        if (mine.node !== self.node) return;
        for (let times = 0; times < 3; times++) {
          const outcome = await append(of, mine, `${self.node} ${round} ${times}`);
          if (!outcome?.ok) continue;
          const writers = accepted.get(outcome.cursor.epoch) ?? new Set();
          accepted.set(outcome.cursor.epoch, writers.add(self.node));
        }
      }),
    );
  }
  expect(accepted.size).toBeGreaterThan(10);
  for (const writers of accepted.values()) expect(writers.size).toBe(1);
  const { tail } = await ada.store.open(room);
  expect(new Set(tail.map(text)).size).toBe(tail.length);
  const seqs = (await redis.command("XRANGE", "{docs/plan}:l", "-", "+"))
    .split("\n")
    .filter((line) => /^\d{13}-\d+$/.test(line));
  const epochs = seqs.map((id) => Number(id.split("-")[0]));
  expect(epochs).toEqual([...epochs].sort((a, b) => a - b));
});

test("X2 after its first append a home writes by XADD alone, and Redis itself refuses it", async () => {
  const owner = await claim(ada, await register(ada, "ada"), null);
  durable(await append(ada, owner, "first"));
  const before = await commandsSince(redis);
  for (let times = 0; times < 5; times++) durable(await append(ada, owner, "more"));
  expect(await commandsSince(redis, before)).toEqual(new Map([["xadd", 5]]));

  const next = await claim(grace, await register(grace, "grace"), owner);
  const refused = redis.command("XADD", "{docs/plan}:l", "NOMKSTREAM", `${owner.epoch}-*`, "u", "");
  expect(await refused).toContain("equal or smaller");
  expect(await append(ada, owner, "late")).toMatchObject({ error: { code: "FENCED" } });
  expect(durable(await append(grace, next, "next")).seq).toBe(7);
});

test("X3 a commit of many rooms is one pipeline, in order", async () => {
  const home = { node: "ada", epoch: 5 };
  const rooms = Array.from({ length: 300 }, (_, index) => name(`room ${index}`));
  const commit = async (what: string) =>
    await ada.store.append(
      rooms.map((each) => ({ room: each, home, updates: [bytes(`${what} of ${each}`)] })),
    );
  for (const outcome of await commit("first")) expect(durable(outcome).seq).toBe(1);
  const before = await commandsSince(redis);
  for (const outcome of await commit("second")) expect(durable(outcome).seq).toBe(2);
  expect(await commandsSince(redis, before)).toEqual(new Map([["xadd", 300]]));
  const last = rooms.at(-1) ?? room;
  expect((await ada.store.open(last)).tail.map(text)).toEqual([
    `first of ${last}`,
    `second of ${last}`,
  ]);
});

test("X4 a room at rest leaves no stream behind, and its fence holds", async () => {
  const owner = await claim(ada, await register(ada, "ada"), null);
  const cursor = durable(await append(ada, owner, "a"));
  const next = await claim(grace, await register(grace, "grace"), owner);
  await grace.store.compact(room, homeOf(next), bytes("A"), cursor);
  expect(await redis.command("KEYS", "{docs/plan}:*")).not.toContain(":l");
  expect(await append(ada, owner, "late")).toMatchObject({ error: { code: "FENCED" } });
  expect(await redis.command("KEYS", "{docs/plan}:*")).not.toContain(":l");
  expect(durable(await append(grace, next, "b"))).toEqual({ epoch: next.epoch, seq: 2 });
});

test("X5 a room that was only looked at is forgotten in time; one that holds something is not", async () => {
  const self = await register(ada, "ada");
  const owner = await claim(ada, self, null);
  await ada.directory.release(room, owner);
  expect(Number(await redis.command("PTTL", "{docs/plan}:o"))).toBeGreaterThan(0);
  const again = await claim(ada, self, owner);
  expect(await redis.command("PTTL", "{docs/plan}:o")).toBe("-1");
  durable(await append(ada, again, "a"));
  await ada.directory.release(room, again);
  expect(await redis.command("PTTL", "{docs/plan}:o")).toBe("-1");
});

test("X5 a removed room leaves its epoch, for 30 days", async () => {
  const owner = await claim(ada, await register(ada, "ada"), null);
  durable(await append(ada, owner, "a"));
  await ada.store.remove(room, homeOf(owner));
  await ada.directory.release(room, owner);
  expect(await redis.command("KEYS", "{docs/plan}:*")).toBe("{docs/plan}:o");
  const ttl = Number(await redis.command("PTTL", "{docs/plan}:o"));
  expect(ttl).toBeGreaterThan(29 * 24 * 3_600_000);
  expect(await redis.command("ZRANGE", "{homeroom}:rooms", "0", "-1")).toBe("");
});

test("X6 scripts that the server has forgotten are sent again, also in the middle of a commit", async () => {
  const self = await register(ada, "ada");
  let owner = await claim(ada, self, null);
  durable(await append(ada, owner, "a"));
  for (let round = 0; round < 3; round++) {
    await redis.command("SCRIPT", "FLUSH");
    owner = await claim(ada, self, owner);
    await redis.command("SCRIPT", "FLUSH");
    durable(await append(ada, owner, `b${round}`));
    await redis.command("SCRIPT", "FLUSH");
    const [position] = await ada.store.positions([room]);
    expect(position?.cursor).toEqual({ epoch: owner.epoch, seq: round + 2 });
    await redis.command("SCRIPT", "FLUSH");
    expect(await ada.directory.renew(self, "process", announcement)).toMatchObject({
      status: "renewed",
    });
    await redis.command("SCRIPT", "FLUSH");
    expect((await ada.store.open(room)).tail.length).toBe(round + 2);
  }
});

test("N8 nodes that died more than an hour ago are forgotten", async () => {
  const self = await register(ada, "ada");
  const long = `${self.incarnation} 1000 2000 process ${JSON.stringify(announcement)}`;
  await redis.command("HSET", "{homeroom}:nodes", "grace", long);
  expect((await ada.directory.nodes()).map(({ node }) => node)).toEqual(["ada", "grace"]);
  await register(ada, "ada");
  expect((await ada.directory.nodes()).map(({ node }) => node)).toEqual(["ada"]);
});

test("X7 a key that is not ours is said to be foreign, not overwritten", async () => {
  await redis.command("SET", "{docs/plan}:l", "something else");
  const owner: OwnerRecord = { node: "ada", incarnation: 1, epoch: 5, state: "held" };
  expect(await append(ada, owner, "a")).toMatchObject({ error: { code: "UNKNOWN_FORMAT" } });
  expect(await rejection(ada.store.open(room))).toMatchObject({ code: "UNKNOWN_FORMAT" });
  expect(await redis.command("GET", "{docs/plan}:l")).toBe("something else");
});
