import { beforeEach, expect, test } from "vitest";
import { ClaimGate } from "../src/index.js";
import { ManualClock } from "./manual-clock.js";

const ttlMs = 5_000;
let clock: ManualClock;
let changes: number;
let gate: ClaimGate;

beforeEach(() => {
  clock = new ManualClock();
  changes = 0;
  gate = new ClaimGate(ttlMs, clock, () => changes++);
});

test("G1 claims wait until a primary was seen, and one TTL after it was noticed", () => {
  expect(gate.waitMs).toBe(ttlMs);
  clock.jump(10 * ttlMs);
  expect(gate.waitMs).toBe(ttlMs);
  gate.observe({ id: "one", ageMs: 1_000 });
  expect(gate.waitMs).toBe(ttlMs - 1_000);
  clock.jump(ttlMs - 1_001);
  expect(gate.waitMs).toBe(1);
  clock.jump(1);
  expect(gate.waitMs).toBe(0);
});

test("G2 a primary that is known for longer lets claims pass at once", () => {
  gate.observe({ id: "one", ageMs: ttlMs });
  expect(gate.waitMs).toBe(0);
  expect(changes).toBe(0);
});

test("G3 a change is told once, and makes claims wait", () => {
  gate.observe({ id: "one", ageMs: ttlMs });
  for (const ageMs of [200, 400, 600]) gate.observe({ id: "two", ageMs });
  expect(changes).toBe(1);
  expect(gate.waitMs).toBe(ttlMs - 200);
});

test("G4 another shard's change makes claims wait one TTL", () => {
  gate.primaryChanged();
  expect(changes).toBe(0);
  gate.observe({ id: "one", ageMs: ttlMs });
  gate.primaryChanged();
  expect(changes).toBe(1);
  expect(gate.waitMs).toBe(ttlMs);
  clock.jump(ttlMs);
  expect(gate.waitMs).toBe(0);
});
