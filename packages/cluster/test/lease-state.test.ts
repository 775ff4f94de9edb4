import { expect, test } from "vitest";
import {
  acceptsEdits,
  holdsLease,
  type LeaseEvent,
  type LeaseState,
  nextLeaseState,
} from "../src/index.js";

const states: Record<LeaseState["name"], LeaseState> = {
  registering: { name: "registering" },
  held: { name: "held", incarnation: 7, deadline: 100 },
  uncertain: { name: "uncertain", incarnation: 7, deadline: 100 },
  lost: { name: "lost", incarnation: 7 },
  superseded: { name: "superseded", by: 9 },
  resigned: { name: "resigned" },
};

const events: Record<LeaseEvent["name"], LeaseEvent> = {
  registered: { name: "registered", incarnation: 8, deadline: 200, now: 150 },
  renewed: { name: "renewed", deadline: 200, now: 150 },
  failed: { name: "failed" },
  expired: { name: "expired" },
  lapsed: { name: "lapsed" },
  superseded: { name: "superseded", by: 9 },
  resigned: { name: "resigned" },
};

/** Every cell of the table that leads elsewhere; the others stay where they are. */
const moves: Record<LeaseState["name"], Partial<Record<LeaseEvent["name"], LeaseState>>> = {
  registering: {
    registered: { name: "held", incarnation: 8, deadline: 200 },
    superseded: states.superseded,
    resigned: states.resigned,
  },
  held: {
    renewed: { name: "held", incarnation: 7, deadline: 200 },
    failed: states.uncertain,
    expired: states.lost,
    lapsed: states.registering,
    superseded: states.superseded,
    resigned: states.resigned,
  },
  uncertain: {
    renewed: { name: "held", incarnation: 7, deadline: 200 },
    expired: states.lost,
    lapsed: states.registering,
    superseded: states.superseded,
    resigned: states.resigned,
  },
  lost: {
    renewed: { name: "held", incarnation: 7, deadline: 200 },
    lapsed: states.registering,
    superseded: states.superseded,
    resigned: states.resigned,
  },
  superseded: {},
  resigned: {},
};

const cells = Object.values(states).flatMap((state) =>
  Object.values(events).map((event) => ({ state, event })),
);

test.each(cells)("L4–L6 $state.name, $event.name", ({ state, event }) => {
  const expected = moves[state.name][event.name];
  if (expected) expect(nextLeaseState(state, event)).toEqual(expected);
  else expect(nextLeaseState(state, event)).toBe(state);
});

test("L4 an answer that took longer than the TTL gives nothing", () => {
  const late = { deadline: 200, now: 200 };
  expect(nextLeaseState(states.held, { name: "renewed", ...late })).toEqual(states.lost);
  expect(nextLeaseState(states.lost, { name: "renewed", ...late })).toEqual(states.lost);
  const registered = { name: "registered", incarnation: 8, ...late } as const;
  expect(nextLeaseState(states.registering, registered)).toEqual({ name: "lost", incarnation: 8 });
});

test("L7 who accepts edits", () => {
  for (const state of Object.values(states)) {
    const over = state.name === "superseded" || state.name === "resigned";
    expect(acceptsEdits(state, "continue"), state.name).toBe(!over);
    expect(acceptsEdits(state, "freeze"), state.name).toBe(holdsLease(state));
  }
});
