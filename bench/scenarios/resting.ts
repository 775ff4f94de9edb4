import { setTimeout as pause } from "node:timers/promises";
import { disperse, memberVoids } from "../load/crowd.js";
import type { Member } from "../load/member.js";
import { wholeDocument } from "../load/whole-document.js";
import { residentBytes } from "../measure/processes.js";
import { fill } from "./drivers/fill.js";
import type { Outcome, Scenario, Stage } from "./scenario.js";

interface Parameters {
  readonly session: string;
  readonly rooms: number;
  /** Homeroom's rooms rest after half a minute without an edit. */
  readonly settleSeconds: number;
}

/** Everybody reads. */
export const resting: Scenario<Parameters> = {
  name: "resting",
  title: "Resting: 300 rooms that each hold that document, nobody typing",
  parameters: { session: "automerge-paper", rooms: 300, settleSeconds: 60 },
  short: { rooms: 30, settleSeconds: 5 },
  contenders: ["y-websocket-server", "hocuspocus", "homeroom"],
  repetitions: 1,
  figures: [
    {
      key: "timesItsSize",
      label: "memory, in sizes of the document",
      unit: "×",
      digits: 2,
      target: { kind: "absolute", of: "homeroom", atMost: 1.3 },
    },
  ],
  drive,
};

async function drive(stage: Stage, parameters: Parameters): Promise<Outcome> {
  const { session, rooms, settleSeconds } = parameters;
  const { pids, urls } = stage.served;
  const { update } = await wholeDocument(session);
  const before = residentBytes(pids);
  stage.say("filling");
  const members: Member[] = [];
  for (let nth = 0; nth < rooms; nth++) {
    members.push(await fill(stage, urls[0] ?? "", `bench-resting-${nth}`, update));
  }
  stage.say("resting");
  await pause(settleSeconds * 1_000);
  const after = residentBytes(pids);
  const voids = memberVoids(members, stage.acknowledges);
  disperse(members);
  return {
    figures: {
      timesItsSize: (after - before) / rooms / update.length,
      documentKiB: update.length / 1_024,
      residentMiB: after / 2 ** 20,
    },
    voids,
    load: null,
  };
}
