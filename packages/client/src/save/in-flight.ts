import { type Changes, together } from "./changes.js";

/** A message of this connection that is not acknowledged yet, with the changes that it carries. */
export interface Message extends Changes {
  /** Its number among the SyncStep2 and update messages of its connection, from 1. */
  readonly number: number;
}

/** Messages that wait for their acknowledgement, in the order of their numbers. */
export type InFlight = readonly Message[];

/**
 * A server may withhold acknowledgements for hours. Past this many, the newest messages share an
 * entry, which is settled with the last of them: never too early.
 */
export const MAX_IN_FLIGHT = 1000;

export function append(inFlight: InFlight, number: number, changes: Changes): InFlight {
  const last = inFlight.at(-1);
  if (last === undefined || inFlight.length < MAX_IN_FLIGHT) {
    return [...inFlight, { number, count: changes.count, since: changes.since }];
  }
  const count = last.count + changes.count;
  const since = Math.min(last.since, changes.since);
  return [...inFlight.slice(0, -1), { number, count, since }];
}

/** What still waits once the first `count` messages are settled. */
export function after(inFlight: InFlight, count: number): InFlight {
  return inFlight.filter((message) => message.number > count);
}

/** All changes that these messages carry; an empty SyncStep2 carries none. */
export function changesOf(inFlight: InFlight): Changes | null {
  return inFlight
    .filter(({ count }) => count > 0)
    .map(({ count, since }): Changes => ({ count, since }))
    .reduce<Changes | null>(together, null);
}

/** Since when the oldest message, or the oldest change in one, waits; `Infinity` for none. */
export function waitingSince(inFlight: InFlight): number {
  return inFlight.reduce((oldest, message) => Math.min(oldest, message.since), Infinity);
}
