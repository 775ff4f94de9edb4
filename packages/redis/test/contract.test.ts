import { directoryContract, sharedStoreContract } from "@homeroom/cluster/contract";
import { systemClock } from "@homeroom/room";
import { roomStoreContract } from "@homeroom/room/contract";
import { eventually, type RedisProcess, startRedis } from "@homeroom/testkit";
import { afterAll, beforeAll } from "vitest";
import type { RedisConnection } from "../src/index.js";
import { connected } from "./connected.js";

const leaseTtlMs = 1_000;
let redis: RedisProcess;

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(async () => {
  await redis.close();
});

const empty = async (): Promise<void> => {
  await redis.command("FLUSHALL");
};

const now = async (): Promise<number> => {
  const [seconds, microseconds] = (await redis.command("TIME")).split("\n").map(Number);
  return (seconds ?? 0) * 1_000 + (microseconds ?? 0) / 1_000;
};

directoryContract("RedisDirectory", async () => {
  await empty();
  const { directory, close } = await connected({ url: redis.url, leaseTtlMs });
  return {
    directory,
    ttlMs: leaseTtlMs,
    elapse: async (ms) => {
      const until = (await now()) + ms;
      await eventually(async () => (await now()) >= until, { message: `${ms} ms pass` });
    },
    now,
    empty,
    close,
  };
});

sharedStoreContract("RedisStore", async () => {
  await empty();
  return await connected({ url: redis.url, leaseTtlMs });
});

roomStoreContract("RedisStore", {
  persistent: true,
  harness: async () => {
    await empty();
    const connections: RedisConnection[] = [];
    return {
      open: async ({ now }) => {
        const clock = { ...systemClock, now };
        const connection = await connected({ url: redis.url, leaseTtlMs, clock });
        connections.push(connection);
        return connection.store;
      },
      clean: async () => {
        for (const connection of connections) await connection.close();
      },
    };
  },
});
