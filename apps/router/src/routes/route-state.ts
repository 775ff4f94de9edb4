export type RouteStateName =
  /** The room's home is looked for; what clients say is kept. */
  | "finding"
  /** A node was asked to serve the room, and has not said yet that it does. */
  | "opening"
  | "attached"
  | "gone";

export type RouteEvent =
  /** A link to the node that is, or is to be, home. */
  | "linked"
  /** The node says that it is home. */
  | "opened"
  /** The room moved, the link broke, or the node cannot serve the room now. */
  | "parted"
  /** Nobody is left to serve, or nobody can be served. */
  | "ended";

/**
 * ```
 *          linked            opened
 * finding ────────▶ opening ────────▶ attached
 *    ▲     parted      │      parted      │
 *    └─────────────────┴──────────────────┘        any ──ended──▶ gone
 * ```
 * What has no effect stays where it is: an answer that comes too late, for example.
 */
const table: Record<RouteStateName, Record<RouteEvent, RouteStateName>> = {
  finding: { linked: "opening", opened: "finding", parted: "finding", ended: "gone" },
  opening: { linked: "opening", opened: "attached", parted: "finding", ended: "gone" },
  attached: { linked: "attached", opened: "attached", parted: "finding", ended: "gone" },
  gone: { linked: "gone", opened: "gone", parted: "gone", ended: "gone" },
};

export const nextRouteState = (state: RouteStateName, event: RouteEvent): RouteStateName =>
  table[state][event];
