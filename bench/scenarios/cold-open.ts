import { performance } from "node:perf_hooks";
import { disperse } from "../load/crowd.js";
import { Member } from "../load/member.js";
import { textOf, wholeDocument } from "../load/whole-document.js";
import { quantile } from "../measure/statistics.js";
import { openWindow } from "../measure/window.js";
import { fill } from "./drivers/fill.js";
import type { Outcome, Scenario, Stage } from "./scenario.js";

interface Parameters {
  readonly session: string;
  /** One after the other: processor time is counted in hundredths of a second. */
  readonly rooms: number;
  /** Opened before, by a process that has only just been started. */
  readonly roomsBefore: number;
}

/** Somebody opens a document to read it that is not in memory. */
export const coldOpen: Scenario<Parameters> = {
  name: "cold-open",
  title: "Cold open of that document, from disk to synced",
  parameters: { session: "automerge-paper", rooms: 200, roomsBefore: 200 },
  short: { rooms: 50, roomsBefore: 50 },
  contenders: ["homeroom"],
  repetitions: 3,
  figures: [
    {
      key: "cpuPerOpen",
      label: "CPU per open",
      unit: "ms",
      digits: 2,
      target: { kind: "absolute", of: "homeroom", atMost: 3 },
    },
    { key: "cpuPerFirstOpen", label: "the same, just started", unit: "ms", digits: 2 },
    { key: "p50", label: "to synced, p50", unit: "ms", digits: 1 },
  ],
  drive,
};

async function drive(stage: Stage, { session, rooms, roomsBefore }: Parameters): Promise<Outcome> {
  stage.say("filling");
  const { update, text } = await wholeDocument(session);
  const name = (nth: number): string => `bench-cold-${nth}`;
  for (let nth = 0; nth < roomsBefore + rooms; nth++) {
    disperse([await fill(stage, stage.served.urls[0] ?? "", name(nth), update)]);
  }
  stage.say("starting again");
  await stage.restart();

  let received: Uint8Array[] = [];
  const open = async (nth: number): Promise<{ member: Member; ms: number }> => {
    received = [];
    const began = performance.now();
    const member = await Member.join({
      url: stage.served.urls[0] ?? "",
      room: name(nth),
      dialect: stage.dialect,
      onState: (state) => received.push(Uint8Array.from(state)),
    });
    return { member, ms: performance.now() - began };
  };
  const openRooms = async (from: number, to: number) => {
    const closeWindow = openWindow(stage.served.pids);
    const opened: { member: Member; ms: number }[] = [];
    for (let nth = from; nth < to; nth++) opened.push(await open(nth));
    return { opened, costs: closeWindow() };
  };
  stage.say("opening the first");
  const first = await openRooms(0, roomsBefore);
  stage.say("opening");
  const { opened, costs } = await openRooms(roomsBefore, roomsBefore + rooms);
  const voids = textOf(received) === text ? [] : ["who joins reads another text"];
  disperse([...first.opened, ...opened].map(({ member }) => member));
  const sorted = Float64Array.from(opened, ({ ms }) => ms).sort();
  return {
    figures: {
      cpuPerOpen: costs.cpuMs / rooms,
      cpuPerFirstOpen: first.costs.cpuMs / roomsBefore,
      p50: quantile(sorted, 0.5),
      p99: quantile(sorted, 0.99),
    },
    voids,
    load: costs.load,
  };
}
