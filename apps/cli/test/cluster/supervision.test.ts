import { describe, expect, it } from "vitest";
import { begin, type Event, next, type State } from "../../src/cluster/supervision.js";

const reach = (events: readonly Event[], from: State = begin): State => events.reduce(next, from);
const ready = (at: number): Event => ({ type: "ready", at });
const died = (at: number, code: number | null = null): Event => ({ type: "died", at, code });
const pauseOver: Event = { type: "pauseOver" };
const stop: Event = { type: "stop" };

/** The pause after each of `times` deaths, `healthyMs` after it was ready. */
function pauses(times: number, healthyMs: number): (number | null)[] {
  let state = begin;
  return Array.from({ length: times }, () => {
    state = reach([ready(0), died(healthyMs)], state);
    const pause = state.name === "restarting" ? state.pauseMs : null;
    state = next(state, pauseOver);
    return pause;
  });
}

describe("CL22: a process that dies", () => {
  it("is started again after a pause that grows, up to ten seconds", () => {
    expect(pauses(9, 9_999)).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
  });

  it("is as good as new once it was ready for ten seconds", () => {
    expect(pauses(5, 10_000)).toEqual([100, 100, 100, 100, 100]);
  });

  it("is started, ready, and started again when a signal ended it", () => {
    expect(begin.name).toBe("starting");
    expect(reach([ready(5)])).toMatchObject({ name: "up", since: 5 });
    expect(reach([ready(5), died(6)]).name).toBe("restarting");
    expect(reach([ready(5), died(6), pauseOver]).name).toBe("starting");
  });
});

describe("CL23: a process that is not started again", () => {
  it("says that its settings are wrong", () => {
    const refused = { name: "ended", why: "refused" };
    expect(reach([died(1, 2)])).toEqual(refused);
    expect(reach([ready(1), died(99_999, 2)])).toEqual(refused);
  });

  it("was never ready in three starts", () => {
    const twice = [died(1, 1), pauseOver, died(1, null), pauseOver];
    expect(reach(twice).name).toBe("starting");
    expect(reach([...twice, died(1, 1)])).toEqual({ name: "ended", why: "hopeless" });
  });

  it("is any other, however often it dies after it was ready once", () => {
    const events = [ready(1), ...Array.from({ length: 50 }, () => [died(2, 1), pauseOver]).flat()];
    expect(reach(events).name).toBe("starting");
  });
});

describe("CL24: a process that is told to stop", () => {
  it.each([
    ["starting", []],
    ["up", [ready(1)]],
  ] as const)("while %s, ends when it has died", (name, events) => {
    expect(reach(events).name).toBe(name);
    const stopping = reach([...events, stop]);
    expect(stopping).toEqual({ name: "stopping" });
    expect(reach([ready(9), pauseOver, stop], stopping)).toEqual(stopping);
    for (const code of [0, 1, 2, null]) {
      expect(next(stopping, died(1, code))).toEqual({ name: "ended", why: "stopped" });
    }
  });

  it("while it waits to be started again, has ended", () => {
    expect(reach([ready(1), died(2), stop])).toEqual({ name: "ended", why: "stopped" });
  });

  it("stays as it ended", () => {
    const ended = reach([died(1, 2)]);
    for (const event of [ready(1), died(2), pauseOver, stop])
      expect(next(ended, event)).toBe(ended);
  });
});
