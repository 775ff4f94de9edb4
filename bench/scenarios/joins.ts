import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { disperse } from "../load/crowd.js";
import { Member } from "../load/member.js";
import { textOf, wholeDocument } from "../load/whole-document.js";
import { quantile } from "../measure/statistics.js";
import { openWindow } from "../measure/window.js";
import { fill } from "./drivers/fill.js";
import { loadVoids, type Outcome, type Scenario, type Stage, toBestPeer } from "./scenario.js";

interface Parameters {
  readonly session: string;
  readonly atOnce: number;
  /** Processor time is counted in hundredths of a second: one round alone would be too coarse. */
  readonly rounds: number;
  /** Before those that are measured: Node compiles what is called often. */
  readonly warmUpRounds: number;
}

const ROOM = "bench-joins";
/** Between two rounds: a server that is faster than these clients would leave them no time at all. */
const PAUSE_MS = 25;

/** A link is posted to everybody. */
export const joins: Scenario<Parameters> = {
  name: "joins",
  title: "Joins: 50 at once into that document",
  parameters: { session: "automerge-paper", atOnce: 50, rounds: 20, warmUpRounds: 100 },
  short: { rounds: 3, warmUpRounds: 1 },
  contenders: ["y-websocket-server", "hocuspocus", "homeroom"],
  repetitions: 3,
  figures: [
    { key: "cpuPerJoin", label: "CPU per join", unit: "ms", digits: 2, target: toBestPeer(0.1) },
    { key: "p50", label: "to synced, p50", unit: "ms", digits: 0 },
    { key: "p99", label: "to synced, p99", unit: "ms", digits: 0 },
  ],
  drive,
};

async function drive(stage: Stage, parameters: Parameters): Promise<Outcome> {
  const { session, atOnce, rounds, warmUpRounds } = parameters;
  stage.say("filling");
  const { update, text } = await wholeDocument(session);
  const url = stage.served.urls[0] ?? "";
  const first = await fill(stage, url, ROOM, update);
  stage.say("warming up");
  for (let nth = 0; nth < warmUpRounds; nth++) await round(stage, url, atOnce);

  stage.say("measuring");
  const closeWindow = openWindow(stage.served.pids);
  const took: number[] = [];
  const sizes: number[] = [];
  for (let nth = 0; nth < rounds; nth++) {
    await pause(PAUSE_MS);
    for (const { ms, bytes } of await round(stage, url, atOnce)) {
      took.push(ms);
      sizes.push(bytes);
    }
  }
  const costs = closeWindow();
  const received: Uint8Array[] = [];
  const last = await Member.join({
    ...{ url, room: ROOM, dialect: stage.dialect },
    onState: (state) => received.push(Uint8Array.from(state)),
  });
  const voids = loadVoids({ ...costs.load, lagP99Ms: 0 });
  if (textOf(received) !== text) voids.push("who joins reads another text");
  // Whoever was sent less than one who has the text has not got it.
  const size = received.reduce((sum, { length }) => sum + length, 0);
  const short = sizes.filter((bytes) => bytes < size).length;
  if (short > 0) voids.push(`${short} joins were sent less than the document`);
  disperse([first, last]);
  const sorted = Float64Array.from(took).sort();
  return {
    figures: {
      cpuPerJoin: costs.cpuMs / (rounds * atOnce),
      p50: quantile(sorted, 0.5),
      p99: quantile(sorted, 0.99),
      documentKiB: update.length / 1_024,
      residentMiB: costs.residentBytes / 2 ** 20,
    },
    voids,
    load: costs.load,
  };
}

async function round(
  stage: Stage,
  url: string,
  clients: number,
): Promise<readonly { ms: number; bytes: number }[]> {
  const results = await Promise.all(
    Array.from({ length: clients }, async () => {
      const began = performance.now();
      let bytes = 0;
      const member = await Member.join({
        ...{ url, room: ROOM, dialect: stage.dialect },
        onState: (state) => {
          bytes += state.length;
        },
      });
      return { member, bytes, ms: performance.now() - began };
    }),
  );
  disperse(results.map(({ member }) => member));
  return results;
}
