import { beforeEach, describe, expect, it, vi } from "vitest";
import { SaveTracker } from "../src/save/save-tracker.js";
import { ManualClock } from "./manual-clock.js";

let clock: ManualClock;
let tracker: SaveTracker;

beforeEach(() => {
  clock = new ManualClock();
  tracker = new SaveTracker(clock, 2000);
});

function connect(): void {
  tracker.report({ type: "connecting" });
  tracker.report({ type: "opened" });
  tracker.report({ type: "sent", message: "step2" });
  tracker.report({ type: "synced" });
  tracker.report({ type: "acknowledged", count: 1 });
}

function edit(): void {
  tracker.report({ type: "changed" });
  tracker.report({ type: "sent", message: "update" });
}

const acknowledge = (count: number): void => tracker.report({ type: "acknowledged", count });

/** All states that listeners are told, from now on. */
function states(): string[] {
  const seen: string[] = [];
  tracker.subscribe(() => seen.push(tracker.status.state));
  return seen;
}

describe("time", () => {
  it("SS2: turns to unsaved by time alone, and back with the acknowledgement", () => {
    connect();
    const seen = states();
    edit();
    clock.advance(1999);
    expect(tracker.status.state).toBe("saving");
    clock.advance(1);
    expect(tracker.status.state).toBe("unsaved");
    expect(tracker.unsavedForMs).toBe(2000);
    acknowledge(2);
    expect(seen).toEqual(["saving", "unsaved", "saved"]);
    expect(tracker.unsavedForMs).toBe(0);
  });

  it("SS2: typing without a pause stays saving while acknowledgements keep up", () => {
    connect();
    const seen = states();
    for (let message = 2; message < 102; message++) {
      edit();
      clock.advance(100);
      if (message > 10) acknowledge(message - 9);
    }
    expect(new Set(seen)).toEqual(new Set(["saving"]));
    expect(tracker.status.unsavedChanges).toBe(9);
  });

  it("SS2: one timer at the most, and none when all is saved", () => {
    connect();
    for (let i = 0; i < 50; i++) edit();
    expect(clock.waiting).toBe(1);
    acknowledge(51);
    expect(clock.waiting).toBe(0);
  });

  it("SS4: a first attempt that hangs is offline after the patience", () => {
    tracker.report({ type: "connecting" });
    clock.advance(2000);
    expect(tracker.status.state).toBe("offline");
    expect(clock.waiting).toBe(0);
  });
});

describe("listeners", () => {
  it("hear of a status once, and only if it differs", () => {
    connect();
    const before = tracker.status;
    const seen = states();
    tracker.report({ type: "synced" });
    tracker.report({ type: "connecting" });
    expect(tracker.status).toBe(before);
    edit();
    expect(seen).toEqual(["saving"]);
  });
});

describe("whenSaved", () => {
  it("SS8: resolves for what came before the call, while others follow", async () => {
    connect();
    edit();
    const saved = vi.fn();
    const waiting = tracker.whenSaved().then(saved);
    clock.advance(1);
    edit();
    acknowledge(2);
    await waiting;
    expect(tracker.status.state).toBe("saving");
    expect(saved).toHaveBeenCalledOnce();
  });

  it("SS8: resolves at once if nothing is unsaved", async () => {
    connect();
    clock.advance(1);
    await expect(tracker.whenSaved()).resolves.toBeUndefined();
  });

  it("SS8: waits through a reconnection", async () => {
    connect();
    edit();
    const waiting = tracker.whenSaved();
    clock.advance(10);
    tracker.report({ type: "closed" });
    connect();
    await waiting;
    expect(tracker.status.state).toBe("saved");
  });

  it("rejects with a stable code when refused or destroyed, and with the signal's reason", async () => {
    connect();
    edit();
    const refused = tracker.whenSaved();
    tracker.report({ type: "refused", number: 2, reason: "read-only" });
    await expect(refused).rejects.toMatchObject({ code: "refused" });
    await expect(tracker.whenSaved()).rejects.toThrow("read-only");

    tracker.report({ type: "closed" });
    const abort = new AbortController();
    const aborted = tracker.whenSaved(abort.signal);
    abort.abort(new Error("enough"));
    await expect(aborted).rejects.toThrow("enough");

    const destroyed = tracker.whenSaved();
    tracker.destroy();
    await expect(destroyed).rejects.toMatchObject({ code: "destroyed" });
    await expect(tracker.whenSaved()).rejects.toMatchObject({ code: "destroyed" });
  });
});

describe("destroy", () => {
  it("leaves no timer, and later events change nothing", () => {
    connect();
    edit();
    const seen = states();
    tracker.destroy();
    tracker.destroy();
    expect(clock.waiting).toBe(0);
    acknowledge(2);
    expect(seen).toEqual([]);
  });
});
