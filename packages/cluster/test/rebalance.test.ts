import * as fc from "fast-check";
import { expect, test } from "vitest";
import { name } from "../contract/samples.js";
import { type Candidate, loadBound, MoveBudget, rebalance } from "../src/index.js";
import { seeded } from "./seeded.js";

/** Rooms of several nodes, named so that no two nodes have one in common. */
const cluster = (loads: readonly number[]) =>
  loads.map((load, node) => ({
    node: `node-${node}`,
    rooms: Array.from({ length: load }, (_, index) => ({
      room: name(`room ${index} of ${node}`),
      sessions: index,
    })),
  }));

const sizes = (nodes: ReturnType<typeof cluster>): Candidate[] =>
  nodes.map(({ node, rooms }) => ({ node, rooms: rooms.length }));

/** Lets every node decide from the same list, and carries out what they decide. */
function round(nodes: ReturnType<typeof cluster>): string[] {
  const among = sizes(nodes);
  const moved: string[] = [];
  const plans = nodes.map(({ node, rooms }) => rebalance(node, among, rooms));
  for (const [index, moves] of plans.entries()) {
    const from = nodes[index];
    for (const { room, to } of moves) {
      const target = nodes.find(({ node }) => node === to);
      const place = from?.rooms.findIndex((each) => each.room === room) ?? -1;
      if (!from || !target || place < 0) throw new Error(`${room} is not there to be moved`);
      target.rooms.push(...from.rooms.splice(place, 1));
      moved.push(room);
    }
  }
  return moved;
}

test("B1 within the bound nothing moves", () => {
  for (const loads of [[10, 10, 10], [12, 10, 8], [1, 0, 0], [0, 0], [5], [125, 100, 100, 81]]) {
    expect(round(cluster(loads)), `${loads}`).toEqual([]);
  }
});

test("B2 a node that joins empty is given the quietest rooms of the others", () => {
  const nodes = cluster([90, 90, 0]);
  const moved = round(nodes);
  expect(moved.length).toBeGreaterThan(0);
  expect(sizes(nodes)[2]?.rooms).toBe(moved.length);
  expect(moved.length).toBeLessThanOrEqual(48);
  const [first] = nodes;
  const busiest = first?.rooms.map(({ sessions }) => sessions) ?? [];
  expect(Math.min(...busiest)).toBe(90 - busiest.length);
});

test("B2, B3 it comes to rest within the bound, and no room moves twice", async () => {
  const loads = fc.array(fc.nat({ max: 60 }), { minLength: 2, maxLength: 7 });
  await fc.assert(
    fc.property(loads, (initial) => {
      const nodes = cluster(initial);
      const mean = initial.reduce((sum, load) => sum + load, 0) / initial.length;
      const seen = new Set<string>();
      for (let rounds = 0; ; rounds++) {
        expect(rounds).toBeLessThan(30);
        const moved = round(nodes);
        if (moved.length === 0) break;
        for (const room of moved) {
          expect(seen.has(room), `${room} moved twice`).toBe(false);
          seen.add(room);
        }
      }
      for (const { rooms } of sizes(nodes)) {
        expect(rooms).toBeLessThanOrEqual(Math.ceil(mean * loadBound));
        expect(rooms).toBeGreaterThanOrEqual(Math.floor(mean / loadBound));
      }
    }),
    { seed: seeded("rebalancing") },
  );
});

test("B4 moves begin at so many a minute, evenly", () => {
  const budget = new MoveBudget(60, 5, 0);
  expect(budget.take(10, 0)).toBe(5);
  expect(budget.take(10, 500)).toBe(0);
  expect(budget.take(10, 1_000)).toBe(1);
  let taken = 0;
  for (let now = 1_000; now <= 61_000; now += 250) taken += budget.take(10, now);
  expect(taken).toBe(60);
  expect(budget.take(2, 600_000)).toBe(2);
  expect(budget.take(10, 600_000)).toBe(3);
});

test("B4 nought switches it off", () => {
  const off = new MoveBudget(0, 5, 0);
  expect(off.take(10, 1e9)).toBe(0);
});
