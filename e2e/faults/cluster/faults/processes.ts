import { setTimeout as pause } from "node:timers/promises";
import { deadline, eventually, type Member } from "@homeroom/testkit";
import { expect } from "vitest";
import type { Fault, Scene } from "../scene.js";

/** The home of one of the crowd's rooms. */
export const someHome = ({ cluster, crowd, random }: Scene): Promise<Member> =>
  cluster.homeOf(random.pick(crowd.rooms));

export const processFaults: readonly Fault[] = [
  {
    name: "kill -9 of a home",
    async happens(scene) {
      const home = await someHome(scene);
      await home.kill();
      await scene.crowd.flows();
    },
  },
  {
    name: "kill -9 of a router",
    async happens({ cluster, crowd, random }) {
      await random.pick(cluster.routers).kill();
      await crowd.flows();
    },
  },
  {
    name: "kill -9 of all routers",
    async happens({ cluster, random }) {
      for (const router of cluster.routers) await router.kill();
      await pause(random.integer(0, 1_000));
    },
  },
  {
    name: "a home stopped for three leases, then continued",
    async happens(scene) {
      const home = await someHome(scene);
      home.pause();
      await pause(3 * scene.cluster.ttlMs);
      await scene.crowd.flows();
      home.resume();
    },
  },
  {
    name: "SIGTERM drains a node under load",
    async happens(scene) {
      const home = await someHome(scene);
      expect(await home.stop()).toEqual({ code: 0, signal: null });
      await scene.crowd.flows();
    },
  },
  {
    name: "every process restarted, one at a time",
    async happens({ cluster, crowd, random }) {
      const members = cluster.members.toSorted(() => random.next() - 0.5);
      for (const member of members) {
        expect(await member.stop()).toEqual({ code: 0, signal: null });
        await crowd.flows();
        await member.start();
        await cluster.whole();
      }
    },
  },
];

/** Orders a move, and says what came of it. */
async function order({ cluster }: Scene, room: string, to: string): Promise<void> {
  cluster.say(`move ${room} to ${to}`);
  try {
    const { from, pausedMs } = await cluster.api.move(room, to);
    cluster.say(`moved from ${from} to ${to}, ${Math.round(pausedMs)} ms`);
  } catch (error) {
    cluster.say(`the move: ${(error as Error).message}`);
  }
}

/** Where a home can die while it gives a room away. */
const steps = ["frozen", "flushed", "transferred", "told"] as const;

export const moveFaults: readonly Fault[] = [
  ...steps.map(
    (step): Fault => ({
      name: `kill -9 of the source of a move, ${step}`,
      async happens(scene) {
        const { cluster, crowd, random } = scene;
        const room = random.pick(crowd.rooms);
        const source = random.pick(cluster.coordinators);
        await source.stop();
        await source.start({ env: { HOMEROOM_FAILPOINT: `move:${step}` } });
        await cluster.whole();
        if ((await cluster.homeOf(room)) !== source) await cluster.api.move(room, source.id);
        const target = random.pick(cluster.others(source));
        const { exited } = source;
        // The order fails, or has been carried out: both are right where the source dies.
        await eventually(
          async () => {
            if (source.running) await order(scene, room, target.id);
            return !source.running;
          },
          { within: 20_000, message: `${source.id} dies ${step}` },
        );
        expect(await exited).toEqual({ code: null, signal: "SIGKILL" });
        cluster.say(`${source.id} has died ${step}`);
        await crowd.flows();
      },
    }),
  ),
  {
    name: "kill -9 of the target of a move",
    async happens(scene) {
      const { cluster, crowd, random } = scene;
      const room = random.pick(crowd.rooms);
      const source = await cluster.homeOf(room);
      const target = random.pick(cluster.others(source));
      const ordered = order(scene, room, target.id);
      await pause(random.integer(0, 30));
      await target.kill();
      await ordered;
      await crowd.flows();
    },
  },
  {
    name: "rooms moved to and fro while everybody writes",
    async happens({ cluster, crowd, random, lasts }) {
      for (let count = lasts(10, 60); count > 0; count--) {
        const room = random.pick(crowd.rooms);
        const source = await cluster.homeOf(room);
        // Now and then two ask at once, and for different homes: both get what they asked for.
        const others = cluster.others(source);
        const targets = random.chance(0.3) ? others.slice(0, 2) : [random.pick(others)];
        const moved = await Promise.all(targets.map(({ id }) => cluster.api.move(room, id)));
        expect(moved.map(({ to }) => to)).toEqual(targets.map(({ id }) => id));
        for (const { from, to, pausedMs } of moved) {
          cluster.say(`moved ${room} from ${from} to ${to}, ${pausedMs} ms`);
        }
      }
      await crowd.flows();
    },
  },
];

export const snapshotFaults: readonly Fault[] = [
  {
    name: "kill -9 in the middle of a snapshot",
    rooms: 1,
    ballast: 8_000,
    async happens({ cluster, crowd, random, lasts }) {
      const { watch } = cluster;
      for (let count = lasts(1, 5); count > 0; count--) {
        const taken = new Promise<string>((resolve) => {
          watch.onSnapshot = (room, node) => {
            if (crowd.rooms.includes(room)) resolve(node);
          };
        });
        const node = await deadline(taken, 20_000, "a snapshot is taken");
        watch.onSnapshot = () => undefined;
        // Redis has it; its home does not know that yet, or has just heard it.
        if (random.chance(0.5)) await pause(random.integer(0, 20));
        await cluster.coordinator(node).kill();
        await crowd.flows();
        await cluster.start();
      }
    },
  },
];
