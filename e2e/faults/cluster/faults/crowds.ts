import { setTimeout as pause } from "node:timers/promises";
import { eventually, type RawClient, summary } from "@homeroom/testkit";
import { expect } from "vitest";
import { Ballast, canMount, tinyDisk } from "../../../support/tiny-disk.js";
import type { Fault } from "../scene.js";

/** How long a room without sessions stays at its home. */
const unloadMs = 10_000;
const comers = 2_000;
const comersRooms = 40;
/** Connections that are being opened at the same time: a machine has only so many processors. */
const atOnce = 200;

export const crowdFaults: readonly Fault[] = [
  {
    name: "joins that race the unloading of their room",
    async happens({ cluster, random, lab, lasts }) {
      const names = Array.from({ length: 30 }, (_, number) => `race/${random.seed}/${number}`);
      const door = () => ({ wsUrl: random.pick(cluster.wsUrls) });
      const rounds = lasts(1, 4);
      await Promise.all(
        names.map(async (name) => {
          for (let round = 0; round <= rounds; round++) {
            const client = await lab.join(door(), name, { ack: true });
            const before = Array.from({ length: round }, (_, number) => number);
            expect(client.doc.getArray("rounds").toArray()).toEqual(before);
            client.edit((doc) => doc.getArray("rounds").push([round]));
            await client.allAcknowledged();
            expect(client.closeInfo).toBeNull();
            await client.close();
            // Just before, at, and just after the moment at which the room leaves its home.
            if (round < rounds) await pause(unloadMs + random.integer(-60, 200));
          }
        }),
      );
      cluster.say(`${names.length} rooms were joined ${rounds} times as they were unloaded`);
    },
  },
  {
    name: `${comers} clients reconnect at once`,
    rooms: 1,
    async happens({ cluster, random, lab }) {
      const rooms = Array.from(
        { length: comersRooms },
        (_, number) => `at-once/${random.seed}/${number}`,
      );
      for (const room of rooms) {
        const client = await lab.join({ wsUrl: cluster.wsUrls[0] as string }, room, { ack: true });
        client.edit((doc) => doc.getText("text").insert(0, room));
        await client.allAcknowledged();
      }
      const join = async (number: number, door: number): Promise<RawClient> => {
        const room = rooms[number % rooms.length] as string;
        return await lab.join({ wsUrl: cluster.wsUrls[door] as string }, room);
      };
      const [router] = cluster.routers;
      if (router === undefined) throw new Error("there is no router");
      const clients: RawClient[] = [];
      for (let first = 0; first < comers; first += atOnce) {
        const batch = Array.from({ length: atOnce }, (_, number) => join(first + number, 0));
        clients.push(...(await Promise.all(batch)));
      }
      cluster.say(`${clients.length} clients have joined`);
      await router.kill();
      await Promise.all(clients.map((client) => client.closes()));
      const start = performance.now();
      const waits = await Promise.all(
        clients.map(async (_, number) => {
          const client = await joinStubbornly(() => join(number, 0));
          expect(client.doc.getText("text").toString()).toBe(rooms[number % rooms.length]);
          return performance.now() - start;
        }),
      );
      cluster.say(`all are back, milliseconds: ${JSON.stringify(summary(waits))}`);
    },
  },
  {
    name: "the disk of a node is full",
    lacks: canMount ? null : "this machine allows no mounts of one's own",
    async happens({ cluster, crowd, random }) {
      const room = random.pick(crowd.rooms);
      const home = random.pick(cluster.coordinators);
      const { dataDir } = home;
      if (dataDir === null) throw new Error(`${home.id} has no disk`);
      await home.stop();
      await home.start({ wrapper: tinyDisk(dataDir, "24m") });
      await cluster.whole();
      if ((await cluster.homeOf(room)) !== home) await cluster.api.move(room, home.id);
      const ballast = new Ballast({ pid: home.pid, dataDir });
      await ballast.fill();
      cluster.say(`the disk of ${home.id} is full`);
      // What Redis has accepted is safe, whatever the disk says.
      await crowd.flows();
      await crowd.acknowledged(10);
      const ready = await fetch(`${home.url}/readyz`);
      cluster.say(`/readyz of ${home.id}: ${ready.status} ${await ready.text()}`);
      await ballast.remove();
      cluster.say(`the disk of ${home.id} has room again`);
      await crowd.acknowledged(10);
    },
  },
];

/** As a client does: tries again until it is in. */
async function joinStubbornly(join: () => Promise<RawClient>): Promise<RawClient> {
  return await eventually(join, { within: 60_000, message: "a client comes back" });
}
