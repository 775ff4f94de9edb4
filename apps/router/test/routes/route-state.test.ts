import { expect, it } from "vitest";
import {
  nextRouteState,
  type RouteEvent,
  type RouteStateName,
} from "../../src/routes/route-state.js";

const states: readonly RouteStateName[] = ["finding", "opening", "attached", "gone"];
const events: readonly RouteEvent[] = ["linked", "opened", "parted", "ended"];

it("RT13: every state has an answer to every event; what is gone stays gone; parting always finds anew", () => {
  for (const state of states) {
    for (const event of events) expect(states).toContain(nextRouteState(state, event));
    expect(nextRouteState(state, "ended")).toBe("gone");
    expect(nextRouteState(state, "parted")).toBe(state === "gone" ? "gone" : "finding");
  }
  // No home serves without having said that it is one.
  const becomesAttached = states.flatMap((state) =>
    events
      .filter((event) => state !== "attached" && nextRouteState(state, event) === "attached")
      .map((event) => [state, event]),
  );
  expect(becomesAttached).toEqual([["opening", "opened"]]);
});
