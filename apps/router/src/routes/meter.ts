import type { Meter } from "@homeroom/room";
import type { RouteStateName } from "./route-state.js";

/** What routes and links report as numbers. Every method is cheap and never throws. */
export interface RouteMeter extends Pick<Meter, "refused"> {
  /** Rooms by the state of their route. */
  routeState(from: RouteStateName | null, to: RouteStateName | null): void;
  /** A room that had lost its home has one again after `ms`. */
  rehomed(ms: number): void;
  /** So many unsettled edits were said again to a new home. */
  replayed(updates: number): void;
  /** No home could be found in time: the room's sessions were closed. */
  homeless(): void;
  /** Bytes of edits that are not settled, all rooms. */
  unsettled(bytes: number): void;
  /** A link was opened, could not be, or was lost. */
  link(event: "opened" | "failed" | "lost"): void;
}

export const silentRouteMeter: RouteMeter = {
  refused() {},
  routeState() {},
  rehomed() {},
  replayed() {},
  homeless() {},
  unsettled() {},
  link() {},
};
