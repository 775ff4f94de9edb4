import { setTimeout as pause } from "node:timers/promises";
import type { Direction, FaultProxy, Member } from "@homeroom/testkit";
import { deadline } from "@homeroom/testkit";
import { type Fault, typeEveryMs } from "../scene.js";
import { someHome } from "./processes.js";

/** A member's proxy: this cluster has them. */
export function proxyOf(member: Member, which: "redis" | "entrance"): FaultProxy {
  const proxy = member[which];
  if (proxy === null) throw new Error(`${member.id} has no proxy for ${which}`);
  return proxy;
}

const ways = { up: "to Redis", down: "from Redis" } as const;

const cut = (direction: Direction): Fault => ({
  name: `a home cut off from Redis one way: nothing comes ${ways[direction]}`,
  async happens(scene) {
    const { cluster, crowd, random, lasts } = scene;
    const home = await someHome(scene);
    const proxy = proxyOf(home, "redis");
    const loses = random.chance(0.5);
    cluster.say(`${home.id}: what comes ${ways[direction]} ${loses ? "is lost" : "waits"}`);
    if (loses) proxy.swallow(direction);
    else proxy.hold(direction);
    await pause(lasts(3 * cluster.ttlMs, 15_000));
    await crowd.flows();
    cluster.say(`${home.id}: the way is open again`);
    proxy.heal();
  },
});

export const networkFaults: readonly Fault[] = [
  cut("up"),
  cut("down"),
  {
    name: "routers and a coordinator cut off from each other",
    async happens(scene) {
      const { cluster, lasts } = scene;
      const home = await someHome(scene);
      const proxy = proxyOf(home, "entrance");
      cluster.say(`nothing comes to ${home.id} or from it, except for Redis`);
      proxy.hold();
      // Shorter than a room may be without its home: its lease holds, so it goes to no other.
      await pause(lasts(2_500, 7_000));
      cluster.say(`${home.id}: the ways are open again`);
      proxy.heal();
    },
  },
  {
    name: "a coordinator that lives refuses connections",
    async happens(scene) {
      const { cluster, crowd, lasts } = scene;
      const home = await someHome(scene);
      const proxy = proxyOf(home, "entrance");
      cluster.say(`${home.id} refuses connections, as if it had died`);
      await proxy.refuse();
      proxy.reset();
      await pause(lasts(1_000, 5_000));
      await crowd.flows();
      await proxy.accept();
      cluster.say(`${home.id} takes connections`);
    },
  },
  {
    name: "links reset again and again",
    async happens({ cluster, crowd, random, lasts }) {
      for (let count = lasts(5, 50); count > 0; count--) {
        const member = random.pick(cluster.coordinators);
        cluster.say(`links to ${member.id} are reset`);
        proxyOf(member, "entrance").reset();
        await pause(random.integer(0, 300));
      }
      await crowd.flows();
    },
  },
  {
    name: "replies of Redis lost after their commands took effect",
    async happens(scene) {
      const { cluster, crowd, random, lasts } = scene;
      for (let count = lasts(6, 40); count > 0; count--) {
        const home = await someHome(scene);
        const proxy = proxyOf(home, "redis");
        cluster.say(`the next reply of Redis to ${home.id} is lost`);
        const hit = new Promise<void>((resolve) => {
          const before = proxy.onConnect;
          // Its connection was reset, and is opened again.
          proxy.onConnect = (port) => {
            proxy.onConnect = before;
            before(port);
            resolve();
          };
        });
        proxy.loseNextReply();
        await deadline(hit, 10_000, `${home.id} connects to Redis again`);
        await pause(random.integer(0, 200));
      }
      await crowd.flows();
    },
  },
  {
    name: "slow Redis: 200 ms more for every answer",
    async happens({ cluster, crowd, lasts }) {
      cluster.say("every answer of Redis takes 200 ms more");
      for (const member of cluster.members) proxyOf(member, "redis").delay(200, "down");
      await pause(lasts(3_000, 20_000));
      await crowd.flows();
      crowd.rest();
      await crowd.settled();
      crowd.type(typeEveryMs);
      for (const member of cluster.members) proxyOf(member, "redis").heal();
      cluster.say("Redis answers at once");
    },
  },
];
