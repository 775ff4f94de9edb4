import { setTimeout as pause } from "node:timers/promises";
import type { RoomName } from "@homeroom/protocol";
import { connectRedis } from "@homeroom/redis";
import { type Logger, systemClock } from "@homeroom/room";
import {
  assertNothingLost,
  Crowd,
  eventually,
  Random,
  type RedisProcess,
  waitForConvergence,
} from "@homeroom/testkit";
import { closed, startWith } from "./homes.js";
import { atMost, exactly, forTheRecord, inWords, type Measurement } from "./measurement.js";

const awayMs = 60_000;

const away: Measurement = {
  name: "away",
  about: `Redis away for ${awayMs / 1_000} s, 30 clients typing in 10 rooms`,
  async run(workplace) {
    const cluster = await startWith(workplace);
    const rooms = Array.from({ length: 10 }, (_, number) => `away/${number}`);
    const { wsUrls } = cluster;
    const crowd = workplace.lab.own(new Crowd({ rooms, wsUrls, random: new Random(1) }));
    const acknowledged = () => crowd.writers.reduce((sum, each) => sum + each.acknowledged.size, 0);
    await crowd.synced();
    crowd.type(100);
    await crowd.acknowledged(10);
    const before = crowd.arrivals.take();
    cluster.redis.pause();
    const start = performance.now();
    await crowd.flows();
    await crowd.flows();
    const told = acknowledged();
    await pause(awayMs - (performance.now() - start));
    await crowd.flows();
    const meanwhile = acknowledged() - told;
    const during = crowd.arrivals.take();
    cluster.redis.resume();
    const resumed = performance.now();
    await crowd.acknowledged(1, 30_000);
    const back = performance.now() - resumed;
    crowd.rest();
    await crowd.settled(30_000);
    const settled = performance.now() - resumed;
    for (const room of rooms) {
      const writers = crowd.writersIn(room);
      await waitForConvergence(writers.map(({ doc }) => doc));
    }
    const disconnected = closed(cluster, crowd);
    await cluster.coldStart("kept");
    let lost = 0;
    for (const room of rooms) {
      const stored = await cluster.api.document(room);
      try {
        assertNothingLost(stored, crowd.writersIn(room));
      } catch (error) {
        lost += 1;
        workplace.say(`${room}: ${(error as Error).message}`);
      }
    }
    return [
      forTheRecord("arrivals before, ms", inWords(before)),
      forTheRecord("arrivals while Redis was away, ms", inWords(during)),
      exactly("acknowledged while it was away", meanwhile, 0),
      forTheRecord("until everybody was acknowledged again, ms", back),
      forTheRecord("until everything was acknowledged, ms", settled),
      exactly("clients disconnected", disconnected, 0),
      exactly("rooms that lost an acknowledged edit", lost, 0),
    ];
  },
};

const idleRooms = 100_000;
const listenMs = 60_000;
const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

const idle: Measurement = {
  name: "idle",
  about: `what ${idleRooms} idle rooms in the directory cost Redis in ${listenMs / 1_000} s`,
  async run(workplace) {
    const { lab, say } = workplace;
    const cluster = await startWith(workplace);
    const redis = cluster.redis.primary;
    const nodes = await cluster.api.nodes();
    say("nobody does anything");
    const without = await callsWithin(redis, listenMs);
    const connection = lab.own(
      connectRedis({
        ...{ url: redis.url, leaseTtlMs: 5_000, clock: systemClock, logger: silent },
        onPrimaryChange: () => {},
      }),
    );
    await eventually(() => connection.connected);
    for (let first = 0; first < idleRooms; first += 1_000) {
      await Promise.all(
        Array.from({ length: 1_000 }, (_, number) => {
          const node = nodes[number % nodes.length];
          if (node === undefined) throw new Error("there is no node");
          const home = { node: node.id, incarnation: Number(node.incarnation) };
          return connection.directory.claim(`idle/${first + number}` as RoomName, home, null);
        }),
      );
    }
    await connection.close();
    say(`${await redis.command("DBSIZE")} keys in Redis`);
    const withRooms = await callsWithin(redis, listenMs);
    const sum = (calls: ReadonlyMap<string, number>) =>
      [...calls.values()].reduce((total, count) => total + count, 0);
    return [
      ...[...withRooms].map(([name, count]) =>
        forTheRecord(`calls of ${name}, without rooms and with`, `${without.get(name)} ${count}`),
      ),
      forTheRecord("renewals of leases that were due", (listenMs / 5_000) * 4 * nodes.length),
      // A renewal more or less falls into the time.
      atMost("calls in all", sum(withRooms), Math.ceil(sum(without) * 1.1)),
    ];
  },
};

/** What is called within a while, by name. */
async function callsWithin(redis: RedisProcess, ms: number): Promise<ReadonlyMap<string, number>> {
  await redis.command("CONFIG", "RESETSTAT");
  await pause(ms);
  const stats = await redis.command("INFO", "commandstats");
  const found = [...stats.matchAll(/cmdstat_([^:]+):calls=(\d+)/g)];
  const calls = found.map(([, name = "", count]) => [name, Number(count)] as const);
  return new Map(calls.filter(([name, count]) => count > 0 && !name.startsWith("config")));
}

export const redisMeasurements: readonly Measurement[] = [away, idle];
