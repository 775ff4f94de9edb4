import { eventually, Lab, type RedisProcess } from "@homeroom/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { RedisConnection } from "../src/index.js";
import { commandsSince } from "./commands.js";
import { connected, connecting } from "./connected.js";
import { bytes, durable, name, rejection } from "./samples.js";

const room = name("docs/plan");
const home = { node: "ada", epoch: 5 };

let lab: Lab;
let redis: RedisProcess;
let replica: RedisProcess;
let connection: RedisConnection;

beforeEach(async () => {
  lab = new Lab();
  redis = await lab.redis({ config: { "repl-diskless-sync-delay": "0" } });
  replica = await lab.redis({ replicaOf: redis });
  const limits = { replicaTimeoutMs: 200 };
  connection = lab.own(await connected({ url: redis.url, replicas: 1, limits }));
  // A replica counts once it has answered for the first time.
  await eventually(() => connection.store.confirm([room]).then(() => true), { within: 10_000 });
});

afterEach(async () => {
  await lab.close();
});

const append = async (text: string) =>
  (await connection.store.append([{ room, home, updates: [bytes(text)] }]))[0];

test("X22 an edit is durable once a replica has it", async () => {
  durable(await append("a"));
  expect(await replica.command("XLEN", "{docs/plan}:l")).toBe("1");
  durable(await append("b"));
  expect(await replica.command("XLEN", "{docs/plan}:l")).toBe("2");
  await connection.store.confirm([room]);
});

test("X22 while the replica lags nothing is durable, though the primary has it", async () => {
  durable(await append("a"));
  replica.pause();
  const outcome = await append("b");
  expect(outcome).toMatchObject({ ok: false, error: { code: "UNAVAILABLE" } });
  expect(outcome?.ok === false && outcome.error.message).toContain("only 0 of 1");
  expect((await connection.store.positions([room]))[0]?.cursor?.seq).toBe(2);
  expect(await rejection(connection.store.confirm([room]))).toMatchObject({ code: "UNAVAILABLE" });
  replica.resume();
  await eventually(() => connection.store.confirm([room]).then(() => true), { within: 8_000 });
  expect(await replica.command("XLEN", "{docs/plan}:l")).toBe("2");
});

test("X22 a confirmation over a new connection is no weaker than one over the old", async () => {
  durable(await append("a"));
  replica.pause();
  await append("b");
  const other = lab.own(
    await connected({ url: redis.url, replicas: 1, limits: { replicaTimeoutMs: 200 } }),
  );
  expect(await rejection(other.store.confirm([room]))).toMatchObject({ code: "UNAVAILABLE" });
});

test("X3, X22 a commit of many rooms waits once for all", async () => {
  const rooms = Array.from({ length: 50 }, (_, index) => name(`room ${index}`));
  const batch = rooms.map((each) => ({ room: each, home, updates: [bytes("x")] }));
  const before = await commandsSince(redis);
  for (const outcome of await connection.store.append(batch)) durable(outcome);
  expect((await commandsSince(redis, before)).get("wait")).toBe(1);
});

test("waiting for replicas longer than for an answer is refused", () => {
  const limits = { commandTimeoutMs: 500, replicaTimeoutMs: 500 };
  expect(() => connecting({ url: redis.url, limits })).toThrow(RangeError);
});
