import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import {
  type Cluster,
  type ClusterOptions,
  Crowd,
  eventually,
  Random,
  startCluster,
  summary,
  tracesDir,
} from "@homeroom/testkit";
import { readTrace, replay } from "@homeroom/trace";
import * as Y from "yjs";
import { atMost, exactly, forTheRecord, type Measurement, type Workplace } from "./measurement.js";
import { Typists } from "./typists.js";

const room = "measured/room";

/** Clients of the crowd whose sockets have closed. */
export const closed = (cluster: Cluster, crowd: Crowd): number =>
  cluster.doors.reduce((sum, _, door) => sum + crowd.closed(door), 0);

export const startWith = async (
  { lab, say }: Workplace,
  options: Partial<ClusterOptions> = {},
): Promise<Cluster> =>
  lab.own(
    await startCluster({
      ...{ coordinators: 3, routers: 2, ttlMs: 5_000, proxies: false, say },
      ...options,
    }),
  );

/** Puts a recorded session of writing, some 300 KB of state, into the room. */
async function write(cluster: Cluster, say: (what: string) => void): Promise<void> {
  const folder = tracesDir();
  if (folder === null) throw new Error("there are no recorded sessions: set HOMEROOM_TRACES");
  const doc = new Y.Doc();
  const trace = await readTrace(join(folder, "automerge-paper.json.gz"));
  for (const { update } of replay(trace, { root: "paper" })) {
    if (update !== null) Y.applyUpdate(doc, update);
  }
  const state = Y.encodeStateAsUpdate(doc);
  await cluster.api.write(room, state);
  say(`a document of ${Math.round(state.length / 1_000)} KB is written`);
}

async function gather(
  cluster: Cluster,
  { lab }: Workplace,
  writers: number,
  name = room,
): Promise<Crowd> {
  const { wsUrls } = cluster;
  const crowd = lab.own(new Crowd({ rooms: [name], wsUrls, random: new Random(1), writers }));
  await crowd.synced();
  crowd.type(250);
  await crowd.acknowledged(2);
  crowd.arrivals.take();
  return crowd;
}

const moves = 100;

const plannedMoves: Measurement = {
  name: "moves",
  about: `${moves} planned moves, 20 clients typing into a document of 300 KB`,
  async run(workplace) {
    const cluster = await startWith(workplace);
    await write(cluster, workplace.say);
    const random = new Random(1);
    const typists = workplace.lab.own(
      await Typists.join(cluster.wsUrls, room, { count: 20, random }),
    );
    typists.type(250);
    await typists.flows();
    typists.takeGaps();
    await pause(2_000);
    const calm = summary(typists.takeGaps());
    const longest: number[] = [];
    const pauses: number[] = [];
    for (let count = 0; count < moves; count++) {
      const source = await cluster.homeOf(room);
      const target = cluster.others(source)[count % 2];
      if (target === undefined) throw new Error("there is no other node");
      typists.takeGaps();
      const { pausedMs } = await cluster.api.move(room, target.id);
      await typists.flows();
      longest.push(summary(typists.takeGaps())?.max ?? Number.NaN);
      pauses.push(pausedMs);
    }
    typists.rest();
    await typists.settled();
    const kept = new Set((await cluster.api.document(room)).getArray("marks"));
    const lost = typists.marks.filter((mark) => !kept.has(mark));
    const [gaps, paused] = [summary(longest), summary(pauses)];
    return [
      exactly("clients disconnected", typists.closed, 0),
      exactly("edits lost", lost.length, 0),
      forTheRecord("edits made", typists.marks.length),
      forTheRecord("without moves: arrival p99, ms", calm?.p99 ?? Number.NaN),
      forTheRecord("without moves: longest arrival, ms", calm?.max ?? Number.NaN),
      forTheRecord("longest gap of a move p50, ms", gaps?.p50 ?? Number.NaN),
      atMost("longest gap of a move p99, ms", gaps?.p99, 50),
      forTheRecord("longest gap of a move max, ms", gaps?.max ?? Number.NaN),
      forTheRecord("the room took no edits p50, ms", paused?.p50 ?? Number.NaN),
      forTheRecord("the room took no edits p99, ms", paused?.p99 ?? Number.NaN),
    ];
  },
};

interface Ends {
  /** Of each end, the longest time that an edit took. */
  readonly longest: readonly number[];
  readonly closed: number;
}

/**
 * Ends the home of a room in some way, again and again, and measures until edits flow. Each time in
 * a new room: ten clients of one process that read a large state again would be measured instead.
 */
async function endHomes(
  cluster: Cluster,
  workplace: Workplace,
  times: number,
  end: (home: Cluster["coordinators"][number]) => Promise<() => Promise<void>>,
): Promise<Ends> {
  const longest: number[] = [];
  let sockets = 0;
  for (let count = 0; count < times; count++) {
    const name = `${room}/${count}`;
    const crowd = await gather(cluster, workplace, 10, name);
    const undo = await end(await cluster.homeOf(name));
    await crowd.flows(30_000);
    longest.push(crowd.arrivals.take()?.max ?? Number.NaN);
    await undo();
    await cluster.whole();
    await crowd.acknowledged(1);
    sockets += closed(cluster, crowd);
    await crowd.close();
  }
  return { longest, closed: sockets };
}

const kills = 30;

const crashes: Measurement = {
  name: "kills",
  about: `${kills} times kill -9 of the home behind a router, 10 clients typing`,
  async run(workplace) {
    const cluster = await startWith(workplace);
    const ends = await endHomes(cluster, workplace, kills, async (home) => {
      await home.kill();
      return () => home.start();
    });
    const gaps = summary(ends.longest);
    return [
      exactly("clients disconnected", ends.closed, 0),
      forTheRecord("until edits flow again p50, ms", gaps?.p50 ?? Number.NaN),
      atMost("until edits flow again p99, ms", gaps?.p99, 1_000),
      forTheRecord("until edits flow again max, ms", gaps?.max ?? Number.NaN),
    ];
  },
};

const hosts = 5;

const lostHosts: Measurement = {
  name: "hosts",
  about: `${hosts} times the host of the home is lost: nothing answers, nothing refuses; TTL 5 s`,
  async run(workplace) {
    const cluster = await startWith(workplace, { proxies: true });
    const ends = await endHomes(cluster, workplace, hosts, async (home) => {
      home.pause();
      home.entrance?.hold();
      home.redis?.hold();
      return async () => {
        home.resume();
        home.entrance?.heal();
        home.redis?.heal();
      };
    });
    const gaps = summary(ends.longest);
    return [
      exactly("clients disconnected", ends.closed, 0),
      forTheRecord("until edits flow again p50, ms", gaps?.p50 ?? Number.NaN),
      atMost("until edits flow again max, ms", gaps?.max, cluster.ttlMs + 1_000),
    ];
  },
};

const drained = 1_000;

const drain: Measurement = {
  name: "drain",
  about: `drain of a node with ${drained} live rooms, a client in each`,
  async run(workplace) {
    const { lab, say } = workplace;
    // Nodes that are resumed would take some of the rooms before the drain begins.
    const args = { coordinator: ["--rebalance-per-minute", "0"] };
    const cluster = await startWith(workplace, { args });
    const [source, ...others] = cluster.coordinators;
    if (source === undefined) throw new Error("there is no node");
    for (const { id } of others) await cluster.api.drain(id);
    const draining = async () =>
      (await cluster.api.nodes()).filter(({ status }) => status === "draining").length;
    await eventually(async () => (await draining()) === others.length, { within: 10_000 });
    const clients = [];
    for (let first = 0; first < drained; first += 50) {
      const batch = Array.from({ length: 50 }, async (_, number) => {
        const wsUrl = cluster.wsUrls[number % cluster.wsUrls.length] as string;
        const client = await lab.join({ wsUrl }, `drained/${first + number}`, { ack: true });
        client.edit((doc) => doc.getText("text").insert(0, "a room that lives ".repeat(20)));
        await client.allAcknowledged();
        return client;
      });
      clients.push(...(await Promise.all(batch)));
    }
    for (const { id } of others) await cluster.api.resume(id);
    await eventually(async () => (await draining()) === 0, { within: 10_000 });
    const roomsAt = async (id: string): Promise<number> =>
      (await cluster.api.nodes()).find((node) => node.id === id)?.rooms ?? Number.NaN;
    await eventually(async () => (await roomsAt(source.id)) === drained, {
      within: 10_000,
      message: `all rooms are at ${source.id}`,
    });
    say(`${drained} rooms at ${source.id}: it is drained`);
    const start = performance.now();
    await cluster.api.drain(source.id);
    await eventually(async () => (await roomsAt(source.id)) === 0, {
      within: 60_000,
      message: `all rooms have left ${source.id}`,
    });
    const took = performance.now() - start;
    // Every room still takes edits, wherever it is now.
    for (const client of clients) {
      client.edit((doc) => doc.getText("text").insert(0, "and goes on "));
    }
    await Promise.all(clients.map((client) => client.allAcknowledged(30_000)));
    return [
      atMost("until all rooms had left, ms", took, 10_000),
      exactly("clients disconnected", clients.filter((each) => each.closeInfo).length, 0),
    ];
  },
};

export const homeMeasurements: readonly Measurement[] = [plannedMoves, crashes, lostHosts, drain];
