import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import type { Fault, Scene } from "../scene.js";
import { expectToldWithoutRedis, expectToldWithRedis } from "./told-without-redis.js";

/**
 * Redis is away for a while: people see what the others write all the time, and are not told that
 * anything is safe.
 */
export async function withoutRedis({ cluster, crowd }: Scene, ms: number): Promise<void> {
  const start = performance.now();
  // What Redis had accepted may still be on its way.
  await crowd.flows();
  await crowd.flows();
  const told = crowd.writers.map(({ acknowledged }) => acknowledged.size);
  await pause(Math.max(0, ms - (performance.now() - start)));
  await crowd.flows();
  expect(crowd.writers.map(({ acknowledged }) => acknowledged.size)).toEqual(told);
  cluster.say("everybody has seen what the others wrote meanwhile, and nothing was acknowledged");
}

export const redisFaults: readonly Fault[] = [
  {
    name: "Redis killed, and restarted with its data",
    async happens(scene) {
      const { redis, ttlMs } = scene.cluster;
      await redis.kill();
      await withoutRedis(scene, scene.random.integer(0, 3 * ttlMs));
      await redis.start();
    },
  },
  {
    name: "Redis stopped for a while",
    async happens(scene) {
      const { redis, ttlMs } = scene.cluster;
      redis.pause();
      await withoutRedis(scene, scene.lasts(3 * ttlMs, 30_000));
      await expectToldWithoutRedis(scene.cluster);
      redis.resume();
      await expectToldWithRedis(scene.cluster);
    },
  },
  {
    name: "Redis stopped for a while, under homes that freeze",
    cluster: { policy: "freeze" },
    async happens({ cluster, crowd, lasts }) {
      cluster.redis.pause();
      // Until every lease has run out, and what was taken before has arrived.
      await pause(2 * cluster.ttlMs);
      crowd.arrivals.take();
      await pause(lasts(cluster.ttlMs, 20_000));
      expect(crowd.arrivals.take()).toBeNull();
      cluster.say("no edit was taken");
      cluster.redis.resume();
    },
  },
  {
    name: "Redis restarted empty",
    losesData: true,
    async happens({ cluster, random }) {
      await cluster.redis.kill();
      await pause(random.integer(0, cluster.ttlMs));
      await cluster.redis.start("empty");
    },
  },
  {
    name: "Redis restarted from an old copy of its data",
    losesData: true,
    async happens({ cluster, crowd, random }) {
      const dump = await cluster.redis.dump();
      await crowd.acknowledged(20);
      await cluster.redis.kill();
      await pause(random.integer(0, cluster.ttlMs));
      await cluster.redis.start(dump);
    },
  },
  {
    name: "Redis emptied while it runs",
    losesData: true,
    async happens({ cluster }) {
      cluster.say("FLUSHALL");
      await cluster.redis.primary.command("FLUSHALL");
    },
  },
  {
    name: "Redis fails over to its replica",
    cluster: { redis: { replica: true } },
    async happens({ cluster, crowd }) {
      await cluster.redis.replicated();
      // What it may lack, because nothing waits for it.
      await crowd.acknowledged(1);
      await cluster.redis.failOver();
    },
  },
];
