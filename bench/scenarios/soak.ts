import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { settled } from "../load/crowd.js";
import { dialect } from "../load/dialect.js";
import { Member } from "../load/member.js";
import { session } from "../load/session-file.js";
import { type as typeEdits } from "../load/typists.js";
import { ROOT } from "../load/whole-document.js";
import { readMetrics } from "../measure/metrics.js";
import { residentBytes } from "../measure/processes.js";
import { quantile } from "../measure/statistics.js";
import type { Outcome, Scenario, Stage } from "./scenario.js";

interface Parameters {
  readonly minutes: number;
  readonly rooms: number;
  /** People who each open a room, type, stay a while, leave, and go on to the next. */
  readonly people: number;
  readonly editsPerVisit: number;
  readonly sampleEverySeconds: number;
}

/** Rooms are opened, typed in, left, and opened again, for long enough that a leak would show. */
export const soak: Scenario<Parameters> = {
  name: "soak",
  title: "Soak: open, type, leave, rest, reopen over 10,000 rooms",
  parameters: { minutes: 8, rooms: 10_000, people: 60, editsPerVisit: 5, sampleEverySeconds: 5 },
  short: { minutes: 0.2, rooms: 200, people: 20, sampleEverySeconds: 1 },
  contenders: ["homeroom"],
  repetitions: 1,
  beyond: true,
  figures: [
    {
      key: "growth",
      label: "memory at the end, in sizes of that at half time",
      unit: "×",
      digits: 3,
      target: { kind: "absolute", of: "homeroom", atMost: 1.05 },
    },
    { key: "visits", label: "visits", unit: "", digits: 0 },
    { key: "residentMiB", label: "resident memory", unit: "MiB", against: "seconds", digits: 0 },
    {
      key: "queuedBytes",
      label: "waiting for the journal",
      unit: "B",
      against: "seconds",
      digits: 0,
    },
  ],
  drive,
};

const VISIT_MS = 400;

async function drive(stage: Stage, parameters: Parameters): Promise<Outcome> {
  const { minutes, rooms, people, sampleEverySeconds } = parameters;
  const url = stage.served.urls[0] ?? "";
  const began = performance.now();
  const endsAt = began + minutes * 60_000;
  const voids: string[] = [];
  let visits = 0;
  const visit = await visitor(stage, url, parameters.editsPerVisit);
  const walk = async (person: number): Promise<void> => {
    // Each has their own stride, so that rooms are met by several, and again after a while.
    for (let nth = 0; performance.now() < endsAt; nth++) {
      const room = (person * 167 + nth * (person * 2 + 1)) % rooms;
      const problem = await visit(room, person * 1_000_000 + nth);
      if (problem !== null) voids.push(problem);
      visits++;
    }
  };
  const resident: (readonly [number, number])[] = [];
  const queued: (readonly [number, number])[] = [];
  const watch = async (): Promise<void> => {
    while (performance.now() < endsAt) {
      await pause(sampleEverySeconds * 1_000);
      const seconds = Math.round((performance.now() - began) / 1_000);
      resident.push([seconds, residentBytes(stage.served.pids) / 2 ** 20]);
      queued.push([seconds, (await readMetrics(url)).get("homeroom_journal_queue_bytes") ?? 0]);
      stage.say(`${seconds} s, ${visits} visits, ${resident.at(-1)?.[1].toFixed(0)} MiB`);
    }
  };
  await Promise.all([watch(), ...Array.from({ length: people }, (_, person) => walk(person))]);
  // A tenth of the time in the middle and at the end: garbage comes and goes in between.
  const stretch = Math.max(1, Math.floor(resident.length / 10));
  const middle = Math.floor(resident.length / 2);
  return {
    figures: {
      growth: typical(resident.slice(-stretch)) / typical(resident.slice(middle, middle + stretch)),
      visits,
    },
    curves: { residentMiB: resident, queuedBytes: queued },
    voids: [...new Set(voids)].slice(0, 5),
    load: null,
  };
}

const typical = (points: readonly (readonly [number, number])[]): number =>
  quantile(Float64Array.from(points, ([, value]) => value).sort(), 0.5);

/** Somebody opens a room, types, waits until all is durable, and leaves. */
async function visitor(
  stage: Stage,
  url: string,
  edits: number,
): Promise<(room: number, client: number) => Promise<string | null>> {
  const trace = await session("automerge-paper");
  const numbers = Array.from({ length: edits }, (_, nth) => nth);
  return async (room, client) => {
    const name = `bench-soak-${room}`;
    const speech = dialect(stage.dialect, name);
    try {
      const member = await Member.join({ url, room: name, dialect: stage.dialect });
      for (const update of typeEdits(trace, client, numbers, ROOT)) {
        member.sendUpdate(speech.update(update));
        await pause(VISIT_MS / edits);
      }
      await settled([member], 10_000);
      const { unsettled } = member;
      member.close();
      return unsettled === 0 ? null : "a visitor's edits were not acknowledged";
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };
}
