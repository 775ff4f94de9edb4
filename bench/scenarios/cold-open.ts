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
}

/** A process has been started, and somebody opens a document to read it. */
export const coldOpen: Scenario<Parameters> = {
  name: "cold-open",
  title: "Cold open of that document, from disk to synced",
  parameters: { session: "automerge-paper", rooms: 200 },
  short: { rooms: 50 },
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
    { key: "p50", label: "to synced, p50", unit: "ms", digits: 1 },
  ],
  drive,
};

async function drive(stage: Stage, { session, rooms }: Parameters): Promise<Outcome> {
  stage.say("filling");
  const { update, text } = await wholeDocument(session);
  const name = (nth: number): string => `bench-cold-${nth}`;
  for (let nth = 0; nth < rooms; nth++) {
    disperse([await fill(stage, stage.served.urls[0] ?? "", name(nth), update)]);
  }
  stage.say("starting again");
  await stage.restart();

  stage.say("opening");
  const closeWindow = openWindow(stage.served.pids);
  const took: number[] = [];
  const members: Member[] = [];
  let received: Uint8Array[] = [];
  for (let nth = 0; nth < rooms; nth++) {
    received = [];
    const began = performance.now();
    const member = await Member.join({
      url: stage.served.urls[0] ?? "",
      room: name(nth),
      dialect: stage.dialect,
      onState: (state) => received.push(Uint8Array.from(state)),
    });
    took.push(performance.now() - began);
    members.push(member);
  }
  const costs = closeWindow();
  const voids = textOf(received) === text ? [] : ["who joins reads another text"];
  disperse(members);
  const sorted = Float64Array.from(took).sort();
  return {
    figures: {
      cpuPerOpen: costs.cpuMs / rooms,
      p50: quantile(sorted, 0.5),
      p99: quantile(sorted, 0.99),
    },
    voids,
    load: costs.load,
  };
}
