import type { RoomName } from "@homeroom/protocol";
import { expect, test } from "vitest";
import { name } from "../contract/samples.js";
import { type Candidate, Drain, type Move, place } from "../src/index.js";

const limits = { concurrency: 3, attempts: 3, retryAfterMs: 100 };
const targets: Candidate[] = [
  { node: "ada", rooms: 0 },
  { node: "grace", rooms: 0 },
];

const rooms = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ room: name(`r${index}`), sessions: index }));

const names = (moves: readonly Move[]): RoomName[] => moves.map(({ room }) => room);

test("D1 the busiest rooms move first, some at a time", () => {
  const drain = new Drain(rooms(5), limits);
  expect(names(drain.next(0, targets))).toEqual(["r4", "r3", "r2"]);
  expect(drain.next(0, targets)).toEqual([]);
  drain.moved(name("r3"));
  expect(names(drain.next(0, targets))).toEqual(["r1"]);
  expect(drain.progress).toEqual({ waiting: 1, moving: 3, moved: 1, stuck: 0 });
});

test("D2 moves go where placement says, counting those before", () => {
  const drain = new Drain(rooms(60), { ...limits, concurrency: 60 });
  const loads = new Map(targets.map(({ node }) => [node, 0]));
  for (const { room, to } of drain.next(0, targets)) {
    const among = Array.from(loads, ([node, load]) => ({ node, rooms: load }));
    expect(to).toBe(place(room, among, null));
    loads.set(to, (loads.get(to) ?? 0) + 1);
  }
  for (const load of loads.values()) expect(load).toBeGreaterThanOrEqual(22);
});

test("D3 a failed move is tried again later, later each time, and given up", () => {
  const drain = new Drain(rooms(1), limits);
  const r0 = name("r0");
  expect(names(drain.next(0, targets))).toEqual([r0]);
  drain.failed(r0, 0);
  expect(drain.next(99, targets)).toEqual([]);
  expect(names(drain.next(100, targets))).toEqual([r0]);
  drain.failed(r0, 100);
  expect(drain.next(299, targets)).toEqual([]);
  expect(drain.done).toBe(false);
  expect(names(drain.next(300, targets))).toEqual([r0]);
  drain.failed(r0, 300);
  expect(drain.progress).toEqual({ waiting: 0, moving: 0, moved: 0, stuck: 1 });
  expect(drain.done).toBe(true);
});

test("D4 a drain is done when every room has moved", () => {
  const drain = new Drain(rooms(100));
  let asked = 0;
  while (!drain.done) {
    const moves = drain.next(asked++, targets);
    expect(moves.length).toBeGreaterThan(0);
    expect(moves.length).toBeLessThanOrEqual(32);
    for (const { room } of moves) drain.moved(room);
  }
  expect(drain.progress).toEqual({ waiting: 0, moving: 0, moved: 100, stuck: 0 });
  expect(new Drain([]).done).toBe(true);
});

test("D5 rooms come and go meanwhile", () => {
  const drain = new Drain(rooms(4), limits);
  drain.next(0, targets);
  drain.add({ room: name("r3"), sessions: 1 });
  drain.add({ room: name("new"), sessions: 1 });
  drain.left(name("r0"));
  expect(drain.progress).toMatchObject({ waiting: 1, moving: 3 });
  for (const room of ["r3", "r2", "r1"]) drain.moved(name(room));
  expect(names(drain.next(0, targets))).toEqual(["new"]);
  drain.moved(name("never asked for"));
  drain.failed(name("never asked for"), 0);
  expect(drain.progress).toEqual({ waiting: 0, moving: 1, moved: 3, stuck: 0 });
});

test("D6 without a node to move to, rooms wait", () => {
  const drain = new Drain(rooms(2), limits);
  expect(drain.next(0, [])).toEqual([]);
  expect(drain.progress).toMatchObject({ waiting: 2, moving: 0 });
  expect(drain.next(0, targets).length).toBe(2);
});
