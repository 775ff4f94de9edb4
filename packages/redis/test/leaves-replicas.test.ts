import { expect, test } from "vitest";
import { leavesReplicas } from "../src/leaves-replicas.js";

test("X25 a replica is left at once, and then less and less often", () => {
  let now = 1_000_000;
  const leaves = leavesReplicas(() => now);
  const refusal = new Error("READONLY You can't write against a read only replica.");
  const leftAt = (ms: number): number[] => {
    const times: number[] = [];
    for (const end = now + ms; now < end; now += 50) if (leaves(refusal)) times.push(now - begin);
    return times;
  };
  let begin = now;
  expect(leftAt(20_000)).toEqual([0, 1_000, 3_000, 7_000, 12_000, 17_000]);
  now += 60_000;
  begin = now;
  expect(leftAt(2_000)).toEqual([0, 1_000]);
  now += 60_000;
  expect(leaves(new Error("MOVED 1 host:1"))).toBe(false);
});
