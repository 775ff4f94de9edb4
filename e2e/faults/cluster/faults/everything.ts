import { setTimeout as pause } from "node:timers/promises";
import { eventually } from "@homeroom/testkit";
import type { Fault } from "../scene.js";
import { proxyOf } from "./network.js";
import { withoutRedis } from "./redis.js";

/** With three writers each: a hundred people, and two. */
const rooms = 34;
const rounds = 3;

export const everythingFaults: readonly Fault[] = [
  {
    name: "a hundred people write while homes die, drain, stop and are cut off, and Redis is away",
    rooms,
    typeEveryMs: 500,
    onlyInEarnest: true,
    cluster: {
      // So many are much for a small machine: leases are to lapse for what is done to their holders.
      ttlMs: 3_000,
      // A room that is between two homes when Redis goes has none until it is back (docs/adr/0027).
      args: { coordinator: ["--rebalance-per-minute", "0"] },
    },
    async happens(scene) {
      const { cluster, crowd, random } = scene;
      const { api, redis, ttlMs } = cluster;
      for (let round = 0; round < rounds; round++) {
        await random.pick(cluster.coordinators).kill();
        await crowd.flows();
        await cluster.start();

        const drained = random.pick(cluster.coordinators).id;
        cluster.say(`drain ${drained}`);
        await api.drain(drained);
        const left = async (): Promise<number | undefined> =>
          (await api.nodes()).find(({ id }) => id === drained)?.rooms;
        await eventually(async () => (await left()) === 0, {
          within: 20_000,
          message: `${drained} has no rooms left`,
        });
        await api.resume(drained);
        await crowd.flows();

        const stopped = random.pick(cluster.coordinators);
        stopped.pause();
        await pause(2 * ttlMs);
        await crowd.flows();
        stopped.resume();

        const cut = random.pick(cluster.coordinators);
        cluster.say(`nothing comes to ${cut.id} or from it, except for Redis`);
        proxyOf(cut, "entrance").hold();
        await pause(1_000);
        proxyOf(cut, "entrance").heal();
        cluster.say(`${cut.id}: the ways are open again`);
        await crowd.flows();

        await redis.kill();
        await withoutRedis(scene, 2 * ttlMs);
        await redis.start();
        await crowd.acknowledged(1);
        await cluster.whole();
      }
    },
  },
];
