import { describe, expect, it } from "vitest";
import { MAX_IN_FLIGHT } from "../src/save/in-flight.js";
import {
  initial,
  next,
  type SaveEvent,
  type SaveMachine,
  unsavedOf,
} from "../src/save/save-machine.js";
import { isSavedUpTo, overdueAt, statusAt } from "../src/save/save-status.js";

const PATIENCE = 2000;

type Step = SaveEvent extends infer E ? (E extends SaveEvent ? Omit<E, "at"> : never) : never;

const changed: Step = { type: "changed" };
const connecting: Step = { type: "connecting" };
const opened: Step = { type: "opened" };
const synced: Step = { type: "synced" };
const step2: Step = { type: "sent", message: "step2" };
const update: Step = { type: "sent", message: "update" };
const closed: Step = { type: "closed" };
const disconnected: Step = { type: "disconnected" };
const acknowledged = (count: number): Step => ({ type: "acknowledged", count });
const refused = (number: number, reason = "read-only"): Step => ({
  type: "refused",
  number,
  reason,
});
const denied: Step = { type: "denied", code: 4403, reason: "not allowed" };

/** Runs steps, all at the same moment. */
const run = (steps: readonly Step[], from: SaveMachine = initial, at = 0): SaveMachine =>
  steps.reduce((state, step) => next(state, { ...step, at }), from);

const word = (state: SaveMachine, at = 0): string => statusAt(state, at, PATIENCE).state;
const unsaved = (state: SaveMachine): number => unsavedOf(state)?.count ?? 0;

const connected = run([connecting, opened, step2, synced, acknowledged(1)]);

describe("what is known", () => {
  it("SM2: counts a change from when it is made, through every kind of ending", () => {
    const made = run([changed, connecting, changed, opened, changed, update, changed, update]);
    expect(unsaved(made)).toBe(4);
    for (const end of [closed, denied, disconnected, opened]) {
      expect(unsaved(run([end], made)), end.type).toBe(4);
    }
    expect(unsaved(run([closed, opened, step2, acknowledged(1)], made))).toBe(0);
  });

  it("SM3: a new connection does not trust what an earlier one sent", () => {
    const sent = run([changed, update], connected);
    const again = run([closed, opened, synced, step2], sent);
    expect(word(again)).toBe("saving");
    expect(word(run([acknowledged(1)], again))).toBe("saved");
  });

  it("SM4: an update carries one change, a SyncStep2 all that wait", () => {
    const early = run([changed, changed, connecting, opened, changed, update]);
    expect(unsaved(run([acknowledged(1)], early))).toBe(2);
    expect(unsaved(run([step2, acknowledged(2)], early))).toBe(0);
  });

  it("SM5: ignores a count that falls, and one that exceeds what was sent", () => {
    const sent = run([changed, update, changed, update], connected);
    expect(run([acknowledged(4)], sent)).toBe(sent);
    const settled = run([acknowledged(3)], sent);
    expect(run([acknowledged(1)], settled)).toBe(settled);
    expect(word(settled)).toBe("saved");
  });

  it("SM6: keeps the changes of a refused message, whichever of 80 and 81 comes first", () => {
    const sent = run([changed, update, changed, update], connected);
    for (const order of [
      [refused(2), acknowledged(3)],
      [acknowledged(3), refused(2)],
    ]) {
      const state = run(order, sent);
      expect(word(state)).toBe("refused");
      expect(unsaved(state)).toBe(1);
    }
    expect(run([refused(4)], sent)).toBe(sent);
    expect(run([refused(0)], sent)).toBe(sent);
  });

  it("SM7: a later SyncStep2 that is accepted ends a refusal; one that is refused does not", () => {
    const state = run([changed, update, refused(2), acknowledged(2)], connected);
    expect(word(run([step2, acknowledged(3)], state))).toBe("saved");
    const again = run([step2, refused(3, "still read-only"), acknowledged(3)], state);
    expect(statusAt(again, 0, PATIENCE)).toEqual({
      state: "refused",
      unsavedChanges: 1,
      reason: "still read-only",
      code: null,
    });
  });

  it("SM7: a SyncStep2 that was already under way holds the refused changes too", () => {
    const state = run([changed, update, step2, refused(2)], connected);
    expect(word(state)).toBe("refused");
    expect(word(run([acknowledged(3)], state))).toBe("saved");
  });

  it("SM8: what arrives without a connection changes nothing", () => {
    const states = [run([changed]), run([connecting]), run([closed], connected), run([denied])];
    for (const state of states) {
      for (const step of [synced, step2, update, acknowledged(1), refused(1)]) {
        expect(run([step], state)).toBe(state);
      }
    }
  });

  it("SM5: bounds what it remembers, and then settles late rather than early", () => {
    const steps = Array.from({ length: 2 * MAX_IN_FLIGHT }, () => [changed, update]).flat();
    const state = run(steps, connected);
    if (state.phase !== "open") throw new Error("not open");
    expect(state.inFlight).toHaveLength(MAX_IN_FLIGHT);
    expect(unsaved(state)).toBe(2 * MAX_IN_FLIGHT);
    expect(unsaved(run([acknowledged(2 * MAX_IN_FLIGHT)], state))).toBeGreaterThan(0);
    expect(word(run([acknowledged(2 * MAX_IN_FLIGHT + 1)], state))).toBe("saved");
  });
});

describe("what is said", () => {
  it("SS1: saved needs every one of its conditions", () => {
    const settled = acknowledged(1);
    const all = [connecting, opened, step2, synced, settled];
    expect(word(run(all))).toBe("saved");
    for (const missing of [opened, step2, synced, settled]) {
      expect(word(run(all.filter((step) => step !== missing))), missing.type).not.toBe("saved");
    }
    expect(word(run([changed], connected))).toBe("saving");
    expect(word(run([changed, update], connected))).toBe("saving");
    expect(word(run([step2], connected))).toBe("saving");
  });

  it("SS1: an update alone does not verify a connection", () => {
    const state = run([connecting, opened, changed, update, synced, acknowledged(1)]);
    expect(word(state)).toBe("connecting");
  });

  it("SS2: the patience counts from when the change was made", () => {
    const sent = run([update], run([changed], connected, 100), 600);
    expect(word(sent, 2099)).toBe("saving");
    expect(word(sent, 2100)).toBe("unsaved");
    expect(overdueAt(sent, PATIENCE)).toBe(2100);
    const again = run([closed, opened, step2], sent, 5000);
    expect(word(again, 5000)).toBe("unsaved");
  });

  it("SS3: a lost connection shows at once, and until another opens", () => {
    expect(word(run([closed], connected))).toBe("offline");
    expect(word(run([closed, connecting, closed, connecting], connected))).toBe("offline");
    expect(word(run([changed, update, closed, connecting], connected))).toBe("unsaved");
    expect(word(run([closed, changed], connected))).toBe("unsaved");
    expect(word(run([disconnected], connected))).toBe("offline");
    expect(word(run([closed, connecting, opened], connected))).toBe("connecting");
  });

  it("SS4: the first attempt is connecting, then offline", () => {
    const state = run([connecting]);
    expect(word(state, 1999)).toBe("connecting");
    expect(word(state, 2000)).toBe("offline");
    expect(overdueAt(state, PATIENCE)).toBe(2000);
    expect(word(run([changed], state), 1999)).toBe("saving");
    expect(word(run([changed], state), 2000)).toBe("unsaved");
    expect(word(run([closed], state))).toBe("offline");
  });

  it("SS5: an open connection with nothing to save is connecting for as long as it takes", () => {
    expect(word(run([connecting, opened]), 60_000)).toBe("connecting");
    expect(word(run([connecting, opened, step2]), 60_000)).toBe("connecting");
  });

  it("SS6: refused carries the words and the code", () => {
    expect(statusAt(run([changed, denied], connected), 0, PATIENCE)).toEqual({
      state: "refused",
      unsavedChanges: 1,
      reason: "not allowed",
      code: 4403,
    });
    const lost = run([changed, update, refused(2), closed], connected);
    expect(word(lost)).toBe("unsaved");
    expect(word(run([connecting], run([denied])))).toBe("connecting");
    expect(word(run([disconnected, closed], run([denied])))).toBe("refused");
  });

  it("SS7: a server that never acknowledges never looks safe", () => {
    const state = run([connecting, opened, step2, synced]);
    expect(word(state, 1999)).toBe("connecting");
    expect(word(state, 2000)).toBe("unsaved");
  });

  it("SS8: what follows a moment does not hold up what came before it", () => {
    const first = run([changed, update], connected, 10);
    const second = run([changed, update], first, 20);
    expect(isSavedUpTo(second, 15)).toBe(false);
    expect(isSavedUpTo(run([acknowledged(2)], second), 15)).toBe(true);
    expect(isSavedUpTo(run([acknowledged(2)], second), 25)).toBe(false);
    expect(isSavedUpTo(run([closed], connected), 15)).toBe(false);
  });
});
