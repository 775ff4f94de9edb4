import { cluster } from "./cluster.js";
import { clusterOpen } from "./cluster-open.js";
import { coldOpen } from "./cold-open.js";
import { cursors } from "./cursors.js";
import { clientsCurve, roomsCurve, sizeCurve } from "./curves.js";
import { hotRoom } from "./hot-room.js";
import { idle } from "./idle.js";
import { joins } from "./joins.js";
import { longDocument } from "./long-document.js";
import { manyPairs } from "./many-pairs.js";
import { manyRooms } from "./many-rooms.js";
import { oneRoomAnother } from "./one-room-another.js";
import { presence } from "./presence.js";
import { resting } from "./resting.js";
import type { Scenario } from "./scenario.js";
import { soak } from "./soak.js";
import { throughRouter } from "./through-router.js";
import { twoProcesses } from "./two-processes.js";
import { veryHotRoom } from "./very-hot-room.js";

/** In the order of the table. */
export const scenarios: readonly Scenario[] = [
  hotRoom,
  veryHotRoom,
  manyRooms,
  manyPairs,
  cursors,
  presence,
  longDocument,
  joins,
  idle,
  resting,
  coldOpen,
  throughRouter,
  cluster,
  oneRoomAnother,
  clientsCurve,
  roomsCurve,
  sizeCurve,
  twoProcesses,
  clusterOpen,
  soak,
];

export function scenario(name: string): Scenario {
  const found = scenarios.find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no scenario ${name}`);
  return found;
}
