import type { RoomName } from "@homeroom/protocol";

/** The keys of one room; they share a hash tag, and so a slot of a Redis Cluster. */
export interface RoomKeys {
  /** Hash `node`, `incarnation`, `epoch`, `state`; `removed`: the epoch of the last removal. */
  readonly owner: string;
  /**
   * Stream of records `t` (time, ms), `b` (bytes of the updates), `n` (the number that the writer
   * expected it to get), `u` (the updates, each with its length before it), and of marks `claim`.
   */
  readonly stream: string;
  /** Hash `data`, `cursor`, `epoch` (of the home that stored it), `at` (time of the last append). */
  readonly snapshot: string;
}

/** A hash tag ends at the first `}`, so braces are written as in a URL, and `%` with them. */
const tagOf = (room: RoomName): string =>
  room.replace(/[%{}]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

export function keysOf(room: RoomName): RoomKeys {
  const tag = `{${tagOf(room)}}`;
  return { owner: `${tag}:o`, stream: `${tag}:l`, snapshot: `${tag}:s` };
}

/** A key for a write that means nothing, in the room's slot. */
export const scratchKey = (room: RoomName): string => `{${tagOf(room)}}:w`;

/** What is not of one room; one slot. */
export const clusterKeys = {
  /** Hash of node to lease: `<incarnation> <renewed at> <deadline> <process> <announcement>`. */
  nodes: "{homeroom}:nodes",
  /** Hash `process`, `since`: which server process keeps the data, and since when that is known. */
  primary: "{homeroom}:primary",
  /** Sorted set of the names of all rooms that may hold something, for listings. */
  rooms: "{homeroom}:rooms",
} as const;
