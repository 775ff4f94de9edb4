import type { RoomName } from "@homeroom/protocol";
import type { NodeRecord } from "../directory.js";
import { attraction } from "./rendezvous.js";

/** A node that may be given rooms, and how many it has. */
export interface Candidate {
  readonly node: string;
  readonly rooms: number;
}

/**
 * No node is given more than this many times the mean (Mirrokni, Thorup and Zadimoghaddam,
 * "Consistent hashing with bounded loads", 2016, who show that the bound costs few moves).
 */
export const loadBound = 1.25;

/** The nodes that live and do not drain, and that are not among `except`. */
export const candidates = (
  nodes: Iterable<NodeRecord>,
  except: ReadonlySet<string> = new Set(),
): Candidate[] =>
  [...nodes].filter(({ node, alive, status }) => alive && status === "active" && !except.has(node));

/** How many rooms a node may have once one more is placed. */
export const capacity = (among: readonly Candidate[]): number => {
  const total = among.reduce((sum, { rooms }) => sum + rooms, 1);
  return Math.ceil((total / among.length) * loadBound);
};

/**
 * Where a room is to be at home [P1–P5]: where it was last, if there is room, for that node's copy
 * is warm; else where it is drawn to most among the nodes with room. Whoever has the same list
 * computes the same node.
 * @param last the room's last home, null where it had none
 * @returns null where there is no candidate
 */
export function place(
  room: RoomName,
  among: readonly Candidate[],
  last: string | null,
): string | null {
  if (among.length === 0) return null;
  const bound = capacity(among);
  let chosen: string | null = null;
  let strongest = -1;
  for (const { node, rooms } of among) {
    if (rooms >= bound) continue;
    if (node === last) return node;
    const strength = attraction(room, node);
    if (strength > strongest || (strength === strongest && chosen !== null && node < chosen)) {
      chosen = node;
      strongest = strength;
    }
  }
  return chosen;
}
