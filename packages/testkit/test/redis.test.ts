import { afterEach, expect, test } from "vitest";
import { deadline, eventually, Lab } from "../src/index.js";

let lab = new Lab();
afterEach(async () => {
  await lab.close();
  lab = new Lab();
});

test("a redis-server keeps its data over a kill, loses it when empty, has it back from a dump", async () => {
  const redis = await lab.redis({ config: { appendonly: "yes", appendfsync: "always" } });
  await redis.command("SET", "key", "old");
  const dump = await redis.dump();
  await redis.command("SET", "key", "new");
  expect(await redis.kill()).toEqual({ code: null, signal: "SIGKILL" });
  await redis.start();
  expect(await redis.command("GET", "key")).toBe("new");
  await redis.stop();
  await redis.start(dump);
  expect(await redis.command("GET", "key")).toBe("old");
  await redis.kill();
  await redis.start("empty");
  expect(await redis.command("GET", "key")).toBe("");
});

test("a replica follows its primary", async () => {
  const primary = await lab.redis();
  const replica = await lab.redis({ replicaOf: primary });
  await primary.command("SET", "key", "value");
  await eventually(async () => (await replica.command("GET", "key")) === "value", {
    within: 10_000,
  });
});

test("a paused redis-server answers nothing until it goes on", async () => {
  const redis = await lab.redis();
  redis.pause();
  const answer = redis.command("PING");
  await expect(deadline(answer, 200, "an answer")).rejects.toThrow("an answer: not within");
  redis.resume();
  expect(await answer).toBe("PONG");
});
