import type { Contender } from "./contender.js";
import { homeroom, homeroomCluster, homeroomRouter, homeroomTwice } from "./homeroom.js";
import { hocuspocus, relay, yWebsocketServer } from "./peers.js";

/** In the order of tables and charts. */
export const contenders: readonly Contender[] = [
  relay,
  yWebsocketServer,
  hocuspocus,
  homeroom,
  homeroomRouter,
  homeroomCluster,
  homeroomTwice,
];

export function contender(name: string): Contender {
  const found = contenders.find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no contender ${name}`);
  return found;
}
