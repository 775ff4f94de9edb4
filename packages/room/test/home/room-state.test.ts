import { describe, expect, it } from "vitest";
import { nextRoomState, type RoomEvent } from "../../src/home/room-state.js";
import type { RoomStateName } from "../../src/ports.js";

const states: readonly RoomStateName[] = ["loading", "resting", "live", "closing"];
const events: readonly RoomEvent[] = ["loaded", "woken", "rested", "emptied", "joined"];

describe("room states", () => {
  it("L1, L3: a life", () => {
    const life: readonly RoomEvent[] = ["loaded", "woken", "rested", "emptied", "joined", "woken"];
    let state: RoomStateName = "loading";
    const seen = life.map((event) => {
      state = nextRoomState(state, event);
      return state;
    });
    expect(seen).toEqual(["resting", "live", "resting", "closing", "resting", "live"]);
  });

  it("every event has an answer in every state", () => {
    for (const state of states) {
      for (const event of events) expect(states).toContain(nextRoomState(state, event));
    }
  });

  it("L3: only a room that rests closes, and nobody finds a closing one closed", () => {
    expect(states.filter((state) => nextRoomState(state, "emptied") === "closing")).toEqual([
      "resting",
      "closing",
    ]);
    for (const state of states) expect(nextRoomState(state, "joined")).not.toBe("closing");
  });
});
