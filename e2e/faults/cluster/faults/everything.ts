import { setTimeout as pause } from "node:timers/promises";
import { eventually } from "@homeroom/testkit";
import type { Fault } from "../scene.js";
import { proxyOf } from "./network.js";
import { withoutRedis } from "./redis.js";

/** With three writers each: a hundred people, and two. */
const rooms = 34;

export const everythingFaults: readonly Fault[] = [
  {
    name: "a hundred people write while homes die, drain, stop and are cut off, and Redis is away",
    rooms,
    typeEveryMs: 300,
    // A room that is between two homes when Redis goes has none until it is back (docs/adr/0027).
    cluster: { args: { coordinator: ["--rebalance-per-minute", "0"] } },
    async happens(scene) {
      const { cluster, crowd, random, lasts } = scene;
      const { api, redis, ttlMs } = cluster;
      for (let round = lasts(1, 4); round > 0; round--) {
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
        // Its lease may have run out under the load, and is registered anew.
        await eventually(async () => {
          await api.resume(drained);
          return true;
        });
        await crowd.flows();

        const stopped = random.pick(cluster.coordinators);
        stopped.pause();
        await pause(3 * ttlMs);
        await crowd.flows();
        stopped.resume();

        const cut = random.pick(cluster.coordinators);
        cluster.say(`nothing comes to ${cut.id} or from it, except for Redis`);
        proxyOf(cut, "entrance").hold();
        await pause(ttlMs);
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
