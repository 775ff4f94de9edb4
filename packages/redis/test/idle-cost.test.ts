import { LeaseKeeper, type Primary } from "@homeroom/cluster";
import { systemClock } from "@homeroom/room";
import { eventually, Lab } from "@homeroom/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { commandsSince } from "./commands.js";
import { connected, silent } from "./connected.js";
import { announcement, bytes, durable, name } from "./samples.js";

let lab: Lab;

beforeEach(() => {
  lab = new Lab();
});

afterEach(async () => {
  await lab.close();
});

test("X4 thousands of rooms that have a home and rest cost nothing but the node leases", async () => {
  const redis = await lab.redis();
  const { directory, store } = lab.own(await connected({ url: redis.url, leaseTtlMs: 800 }));
  const renewals: Primary[] = [];
  const keeper = lab.own(
    new LeaseKeeper({
      directory,
      node: "ada",
      process: "process",
      ttlMs: 800,
      clock: systemClock,
      random: Math.random,
      logger: silent,
      announce: () => announcement,
      onChange: () => {},
      onPrimary: (primary) => renewals.push(primary),
    }),
  );
  keeper.start();
  const self = await eventually(() => keeper.self);
  const rooms = Array.from({ length: 3_000 }, (_, index) => name(`room ${index}`));
  const owners = await Promise.all(rooms.map((room) => directory.claim(room, self, null)));
  const batch = rooms.map((room, index) => ({
    room,
    home: owners[index]?.owner ?? { node: "", epoch: 0 },
    updates: [bytes("an edit")],
  }));
  for (const [index, outcome] of (await store.append(batch)).entries()) {
    const { room, home } = batch[index] ?? { room: name(""), home: { node: "", epoch: 0 } };
    await store.compact(room, home, bytes("at rest"), durable(outcome));
  }
  expect(await redis.command("KEYS", "*:l")).toBe("");

  const before = await commandsSince(redis);
  const renewed = renewals.length;
  await eventually(() => renewals.length >= renewed + 8, { message: "two TTLs have passed" });
  const count = renewals.length - renewed;
  const since = await commandsSince(redis, before);
  const scripts = since.get("evalsha") ?? 0;
  expect(scripts).toBeGreaterThanOrEqual(count);
  expect(scripts).toBeLessThanOrEqual(count + 1);
  // What a renewal itself runs: it reads the clock and the server, and writes one lease.
  for (const [command, calls] of since) {
    expect(["evalsha", "time", "hget", "hmget", "hset"], command).toContain(command);
    expect(calls, command).toBeLessThanOrEqual(count + 1);
  }
});
