import type { NodeRecord, OwnerRecord } from "./directory.js";

/** Where a room is at home, by what the directory knows. */
export type RoomHome =
  | { readonly status: "home"; readonly owner: OwnerRecord; readonly node: NodeRecord }
  /** Anybody may claim it; `last` names the node whose copy of the room may be warm. */
  | { readonly status: "free"; readonly last: string | null }
  /** The record names an incarnation that this list of nodes is too old to know. */
  | { readonly status: "unknown"; readonly owner: OwnerRecord };

/**
 * An owner record is valid while it is held and the lease of that very incarnation is. A list of
 * nodes may be old: what it calls dead stays dead, and what it does not know yet is `unknown`.
 */
export function homeOf(
  owner: OwnerRecord | null,
  nodes: ReadonlyMap<string, NodeRecord>,
): RoomHome {
  if (owner === null) return { status: "free", last: null };
  if (owner.state === "released") return { status: "free", last: owner.node };
  const node = nodes.get(owner.node);
  if (node === undefined || node.incarnation < owner.incarnation)
    return { status: "unknown", owner };
  if (node.incarnation > owner.incarnation || !node.alive) {
    return { status: "free", last: owner.node };
  }
  return { status: "home", owner, node };
}
