import { setTimeout as pause } from "node:timers/promises";
import { disperse, gather, memberVoids } from "../load/crowd.js";
import type { Member } from "../load/member.js";
import { residentBytes } from "../measure/processes.js";
import { everybody, type Outcome, type Scenario, type Stage, toBestPeer } from "./scenario.js";

interface Parameters {
  readonly rooms: number;
  readonly clientsPerRoom: number;
  /** There before those that are measured: what a process takes once is not for each of them. */
  readonly roomsBefore: number;
  /** For what a process gives back, or takes later. */
  readonly settleSeconds: number;
}

/** Many tabs are open and nobody writes. */
export const idle: Scenario<Parameters> = {
  name: "idle",
  title: "Idle: 1,000 rooms × 2 clients",
  parameters: { rooms: 1_000, clientsPerRoom: 2, roomsBefore: 500, settleSeconds: 5 },
  short: { rooms: 200, roomsBefore: 100, settleSeconds: 1 },
  contenders: everybody,
  repetitions: 3,
  figures: [
    {
      key: "kibPerConnection",
      label: "memory per connection",
      unit: "KiB",
      digits: 1,
      target: toBestPeer(0.65),
    },
  ],
  drive,
};

async function drive(stage: Stage, parameters: Parameters): Promise<Outcome> {
  const { rooms, roomsBefore, clientsPerRoom, settleSeconds } = parameters;
  const { pids, urls } = stage.served;
  const join = (name: string, count: number): Promise<readonly Member[]> =>
    gather(count * clientsPerRoom, (nth) => ({
      url: urls[0] ?? "",
      room: `bench-${name}-${Math.floor(nth / clientsPerRoom)}`,
      dialect: stage.dialect,
    }));
  stage.say("the first join");
  const first = await join("first", roomsBefore);
  await pause(settleSeconds * 1_000);
  const before = residentBytes(pids);
  stage.say("joining");
  const clients = rooms * clientsPerRoom;
  const members = [...first, ...(await join("idle", rooms))];
  stage.say("idle");
  await pause(settleSeconds * 1_000);
  const after = residentBytes(pids);
  const voids = memberVoids(members, false);
  disperse(members);
  return {
    figures: {
      kibPerConnection: (after - before) / clients / 1_024,
      residentMiB: after / 2 ** 20,
    },
    voids,
    load: null,
  };
}
