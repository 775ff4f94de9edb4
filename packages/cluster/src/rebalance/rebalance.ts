import type { RoomName } from "@homeroom/protocol";
import type { LeavingRoom, Move } from "../drain/drain.js";
import { type Candidate, loadBound } from "../placement/placement.js";
import { attraction } from "../placement/rendezvous.js";

/**
 * Which of its rooms a node gives away so that every node's load comes within `loadBound` of the
 * mean, up and down [B1–B3]. Each node decides for its own rooms; all compute the same plan from the
 * same list, so that together they move no more than is needed.
 * @param rooms those of this node that may be moved; the quietest go first
 */
export function rebalance(
  self: string,
  among: readonly Candidate[],
  rooms: Iterable<LeavingRoom>,
): readonly Move[] {
  const wanting = gifts(self, among);
  if (wanting.size === 0) return [];
  const quietestFirst = [...rooms].sort((a, b) => a.sessions - b.sessions);
  const moves: Move[] = [];
  for (const { room } of quietestFirst) {
    const to = mostAttractive(room, wanting);
    if (to === null) break;
    wanting.set(to, (wanting.get(to) ?? 0) - 1);
    moves.push({ room, to });
  }
  return moves;
}

/**
 * How many rooms this node gives to each other one: the fullest gives to the emptiest until both are
 * within the bound. Whoever gives never receives, so no room moves twice.
 */
function gifts(self: string, among: readonly Candidate[]): Map<string, number> {
  const mean = among.reduce((sum, { rooms }) => sum + rooms, 0) / among.length;
  const most = Math.ceil(mean * loadBound);
  const least = Math.floor(mean / loadBound);
  const loads = among.map(({ node, rooms }) => ({ node, rooms }));
  const given = new Map<string, number>();
  for (;;) {
    loads.sort((a, b) => a.rooms - b.rooms || (a.node < b.node ? -1 : 1));
    const emptiest = loads[0];
    const fullest = loads.at(-1);
    if (!emptiest || !fullest) return given;
    if (emptiest.rooms >= least && fullest.rooms <= most) return given;
    emptiest.rooms++;
    fullest.rooms--;
    if (fullest.node === self) given.set(emptiest.node, (given.get(emptiest.node) ?? 0) + 1);
  }
}

function mostAttractive(room: RoomName, wanting: ReadonlyMap<string, number>): string | null {
  let chosen: string | null = null;
  let strongest = -1;
  for (const [node, places] of wanting) {
    const strength = places > 0 ? attraction(room, node) : -1;
    if (strength > strongest) {
      chosen = node;
      strongest = strength;
    }
  }
  return chosen;
}
