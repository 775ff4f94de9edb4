import { performance } from "node:perf_hooks";
import { disperse, gather } from "../load/crowd.js";
import { Member } from "../load/member.js";
import { redisTraffic } from "../measure/redis.js";
import { quantile } from "../measure/statistics.js";
import { openWindow } from "../measure/window.js";
import type { Outcome, Scenario, Stage } from "./scenario.js";

interface Parameters {
  readonly rooms: number;
}

/** What it costs to find a home for a room that has none: a failover is many of these. */
export const clusterOpen: Scenario<Parameters> = {
  name: "cluster-open",
  title: "Cluster of 3 with Redis: 1,000 rooms that nobody had are opened",
  parameters: { rooms: 1_000 },
  short: { rooms: 100 },
  contenders: ["homeroom-cluster"],
  repetitions: 2,
  beyond: true,
  figures: [
    { key: "cpuPerOpen", label: "CPU per room", unit: "ms", digits: 2 },
    { key: "redisCommandsPerOpen", label: "Redis commands per room", unit: "", digits: 2 },
    { key: "redisBytesPerOpen", label: "bytes to Redis per room", unit: "B", digits: 0 },
    { key: "p50", label: "to synced, p50", unit: "ms", digits: 1 },
    { key: "p99", label: "to synced, p99", unit: "ms", digits: 1 },
  ],
  drive,
};

async function drive(stage: Stage, { rooms }: Parameters): Promise<Outcome> {
  const { urls, pids, redis } = stage.served;
  const url = urls[0] ?? "";
  // Connections and code that the first rooms need are not what the others cost.
  const first = await gather(50, (nth) => ({ ...joining(stage, url, `bench-first-${nth}`) }));
  stage.say("opening");
  const before = await redisTraffic(redis);
  const closeWindow = openWindow(pids);
  const took: number[] = [];
  const members: Member[] = [];
  for (let nth = 0; nth < rooms; nth++) {
    const began = performance.now();
    members.push(await Member.join(joining(stage, url, `bench-open-${nth}`)));
    took.push(performance.now() - began);
  }
  const costs = closeWindow();
  const after = await redisTraffic(redis);
  disperse([...first, ...members]);
  const sorted = Float64Array.from(took).sort();
  return {
    figures: {
      cpuPerOpen: costs.cpuMs / rooms,
      redisCommandsPerOpen: (after.commands - before.commands) / rooms,
      redisBytesPerOpen: (after.bytes - before.bytes) / rooms,
      p50: quantile(sorted, 0.5),
      p99: quantile(sorted, 0.99),
    },
    voids: [],
    load: costs.load,
  };
}

const joining = (stage: Stage, url: string, room: string) => ({
  url,
  room,
  dialect: stage.dialect,
});
