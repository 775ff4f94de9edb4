import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { Child, eventually, freePort, Lab, type RedisProcess } from "@homeroom/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { connected } from "./connected.js";
import { announcement, bytes, durable, name } from "./samples.js";

const run = promisify(execFile);
const room = name("docs/plan");
const home = { node: "ada", epoch: 5 };

let lab: Lab;
let redis: RedisProcess;
let replica: RedisProcess;
let sentinelPort: number;

beforeEach(async () => {
  lab = new Lab();
  redis = await lab.redis({ config: { "repl-diskless-sync-delay": "0" } });
  replica = await lab.redis({ replicaOf: redis });
  sentinelPort = await freePort();
  const config = join(await lab.dir(), "sentinel.conf");
  await writeFile(
    config,
    [
      `port ${sentinelPort}`,
      "bind 127.0.0.1",
      "sentinel resolve-hostnames no",
      `sentinel monitor homeroom 127.0.0.1 ${redis.port} 1`,
      "sentinel down-after-milliseconds homeroom 500",
      "sentinel failover-timeout homeroom 3000",
      "",
    ].join("\n"),
  );
  const args = [config, "--sentinel"];
  lab.own(await Child.start({ command: "redis-server", args, env: process.env }));
  await eventually(
    async () => (await replica.command("INFO", "replication")).includes("master_link_status:up"),
    { within: 10_000, message: "the replica follows" },
  );
});

afterEach(async () => {
  await lab.close();
});

test("X20 a promoted replica is found, the change noticed, and nothing written twice", async () => {
  let changes = 0;
  const connection = lab.own(
    await connected({
      url: `redis+sentinel://127.0.0.1:${sentinelPort}/homeroom`,
      limits: { commandTimeoutMs: 500, replicaTimeoutMs: 100 },
      onPrimaryChange: () => changes++,
    }),
  );
  const { directory, store } = connection;
  const append = async (text: string) =>
    (await store.append([{ room, home, updates: [bytes(text)] }]))[0];
  const before = await directory.register("ada", "process", announcement);
  durable(await append("a"));
  await eventually(async () => (await replica.command("XLEN", "{docs/plan}:l")) === "1");
  // The sentinel learns of the replica from the primary, which it asks every ten seconds.
  await eventually(knowsReplica, { within: 15_000, message: "the sentinel knows the replica" });
  await redis.kill();
  expect(await append("b")).toMatchObject({ ok: false, error: { code: "UNAVAILABLE" } });
  await eventually(() => connection.connected && changes > 0, {
    within: 20_000,
    message: "connected to the promoted replica",
  });
  expect(await replica.command("ROLE")).toContain("master");
  expect(durable(await append("b")).seq).toBe(2);
  expect((await store.open(room)).tail.length).toBe(2);
  const after = await directory.register("ada", "process", announcement);
  expect(after.primary.id).not.toBe(before.primary.id);
}, 60_000);

const knowsReplica = async (): Promise<boolean> => {
  const args = ["-p", `${sentinelPort}`, "SENTINEL", "replicas", "homeroom"];
  const { stdout } = await run("redis-cli", args, { timeout: 5_000 });
  return stdout.includes(`${replica.port}`);
};
