import { registered } from "@homeroom/cluster/contract";
import { eventually, Lab, type RedisSentinel, startRedisSentinel } from "@homeroom/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { connected } from "./connected.js";
import { bytes, durable, name } from "./samples.js";

const room = name("docs/plan");
const home = { node: "ada", epoch: 5 };

let lab: Lab;
let redis: RedisSentinel;

beforeEach(async () => {
  lab = new Lab();
  redis = lab.own(await startRedisSentinel());
});

afterEach(async () => {
  await lab.close();
});

test("X20 a promoted replica is found, the change noticed, and nothing written twice", async () => {
  let changes = 0;
  const connection = lab.own(
    await connected({
      url: redis.url,
      limits: { commandTimeoutMs: 500, replicaTimeoutMs: 100 },
      onPrimaryChange: () => changes++,
    }),
  );
  const { directory, store } = connection;
  const append = async (text: string) =>
    (await store.append([{ room, home, updates: [bytes(text)] }]))[0];
  const before = await registered(directory, "ada", "process");
  durable(await append("a"));
  await eventually(async () => (await redis.replica.command("XLEN", "{docs/plan}:l")) === "1");
  await redis.guarding();
  await redis.primary.kill();
  expect(await append("b")).toMatchObject({ ok: false, error: { code: "UNAVAILABLE" } });
  await eventually(() => connection.connected && changes > 0, {
    within: 20_000,
    message: "connected to the promoted replica",
  });
  expect(await redis.replica.command("ROLE")).toContain("master");
  expect(durable(await append("b")).seq).toBe(2);
  expect((await store.open(room)).tail.length).toBe(2);
  const after = await registered(directory, "ada", "process");
  expect(after.primary.id).not.toBe(before.primary.id);
}, 60_000);
