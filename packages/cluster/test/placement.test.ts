import * as fc from "fast-check";
import { expect, test } from "vitest";
import { announcement, name } from "../contract/samples.js";
import { type Candidate, candidates, loadBound, type NodeRecord, place } from "../src/index.js";
import { seeded } from "./seeded.js";

const nodes = fc.uniqueArray(
  fc.record({ node: fc.string({ minLength: 1, maxLength: 8 }), rooms: fc.nat({ max: 500 }) }),
  { minLength: 1, maxLength: 12, selector: ({ node }) => node },
);
const rooms = fc.string({ minLength: 1, maxLength: 20 }).map(name);

const empty = (count: number): Candidate[] =>
  Array.from({ length: count }, (_, index) => ({ node: `node-${index}`, rooms: 0 }));

test("P1 the same list gives the same node, whatever its order", async () => {
  const ordered = nodes.chain((list) =>
    fc.tuple(
      fc.constant(list),
      fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length }),
    ),
  );
  await fc.assert(
    fc.property(rooms, ordered, fc.option(fc.string()), (room, [list, shuffled], last) => {
      expect(place(room, shuffled, last)).toBe(place(room, list, last));
    }),
    { seed: seeded("placement") },
  );
});

test("P1 the place of a room is the same on every machine", () => {
  const among = ["ada", "grace", "edsger"].map((node) => ({ node, rooms: 0 }));
  const placed = ["docs/plan", "docs/notes", "日本語", "constructor"].map((room) =>
    place(name(room), among, null),
  );
  expect(placed).toEqual(["grace", "ada", "ada", "edsger"]);
});

test("P2 the dead, the draining and the excepted are no candidates", () => {
  const record = (node: string, more: Partial<NodeRecord>): NodeRecord => ({
    ...announcement,
    node,
    incarnation: 1,
    alive: true,
    leaseAgeMs: 0,
    ...more,
  });
  const list = [
    record("ada", {}),
    record("grace", { alive: false }),
    record("edsger", { status: "draining" }),
    record("barbara", {}),
  ];
  expect(candidates(list, new Set(["barbara"])).map(({ node }) => node)).toEqual(["ada"]);
  expect(place(name("a"), [], null)).toBeNull();
});

test("P3 the last home is preferred below the bound, and only there", () => {
  const room = name("docs/plan");
  for (const last of ["a", "b", "c"]) {
    const even = ["a", "b", "c"].map((node) => ({ node, rooms: 10 }));
    expect(place(room, even, last)).toBe(last);
    const full = even.map((each) => (each.node === last ? { ...each, rooms: 20 } : each));
    expect(place(room, full, last)).not.toBe(last);
  }
  expect(place(room, empty(3), "elsewhere")).toBe(place(room, empty(3), null));
});

test("P4 no node is given more than the bound allows, and there is always a place", async () => {
  await fc.assert(
    fc.property(rooms, nodes, (room, list) => {
      const chosen = place(room, list, null);
      const total = list.reduce((sum, each) => sum + each.rooms, 1);
      const load = list.find(({ node }) => node === chosen)?.rooms ?? Number.NaN;
      expect(load + 1).toBeLessThanOrEqual(Math.ceil((total / list.length) * loadBound));
    }),
    { seed: seeded("placement") },
  );
});

test("P4 rooms placed one after the other spread within the bound", () => {
  const among = empty(5);
  for (let index = 0; index < 1_000; index++) {
    const chosen = among.findIndex(({ node }) => node === place(name(`r${index}`), among, null));
    const before = among[chosen];
    if (before) among[chosen] = { ...before, rooms: before.rooms + 1 };
  }
  for (const { rooms: load } of among) expect(load).toBeLessThanOrEqual(250);
  expect(among.reduce((sum, each) => sum + each.rooms, 0)).toBe(1_000);
});

test("P5 a node that joins takes its share, and no room moves between the others", () => {
  const roomy = (count: number) => empty(count).map((each) => ({ ...each, rooms: 1_000 }));
  let moved = 0;
  const total = 2_000;
  for (let index = 0; index < total; index++) {
    const before = place(name(`r${index}`), roomy(4), null);
    const after = place(name(`r${index}`), roomy(5), null);
    if (before === after) continue;
    expect(after).toBe("node-4");
    moved++;
  }
  expect(moved).toBeGreaterThan(total * 0.16);
  expect(moved).toBeLessThan(total * 0.24);
});
