import { seededRandom } from "@homeroom/testkit";
import { afterAll, describe, expect } from "vitest";
import { skipWithout } from "../../support/skip.js";
import { test } from "../../support/test.js";
import { faultList } from "./fault-list.js";
import type { Fault } from "./scene.js";
import { SharedCluster } from "./shared-cluster.js";

/**
 * Everything that may happen to a cluster: briefly and once, or with `HOMEROOM_FAULTS=long`
 * (`npm run test:faults`) in earnest and with three seeds, then with all of it at once as well.
 */
const inEarnest = process.env.HOMEROOM_FAULTS === "long";
const random = seededRandom("cluster");
const seeds = [random.seed];
while (inEarnest && seeds.length < 3) seeds.push(random.integer(0, 0xffffffff));
const timeout = inEarnest ? 600_000 : 120_000;

describe.for(seeds)("seed %i", (seed) => {
  const cluster = new SharedCluster(seed, inEarnest);
  afterAll(() => cluster.close());

  for (const fault of faultList.filter(({ onlyInEarnest }) => inEarnest || !onlyInEarnest)) {
    test(fault.name, { timeout }, async ({ task, skip }) => {
      skipWithout(!fault.lacks, { task, skip }, fault.lacks ?? "");
      await cluster.run(fault);
    });
  }

  test("what the last faults left is there after a cold start", { timeout }, async () => {
    await cluster.look();
  });

  test("sockets that close without need are told", { timeout }, async () => {
    const closing: Fault = {
      name: "sockets reset before a router that lives",
      happens: async ({ cluster: { doors, say } }) => {
        say("all sockets of one door are reset");
        doors[0]?.reset();
      },
    };
    await expect(cluster.run(closing)).rejects.toThrow("sockets through door 0 closed");
  });
});
