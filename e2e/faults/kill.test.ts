import { setTimeout as pause } from "node:timers/promises";
import {
  eventually,
  type HomeroomProcess,
  readMetrics,
  seededRandom,
  total,
} from "@homeroom/testkit";
import { expect } from "vitest";
import { killRounds } from "../support/kill-rounds.js";
import { test } from "../support/test.js";

/** Fifty rounds in all, of two servers at the same time: most of a round is waiting. */
const rounds = 25;
const snapshotRounds = 10;

test.concurrent.for([1, 2])(
  `server %i: kill -9 at a random moment under load, ${rounds} times, loses no acknowledged edit`,
  {
    timeout: 600_000,
  },
  async (number, { lab }) => {
    const random = seededRandom(`kill ${number}`, number);
    const acknowledged = await killRounds({ lab, random, rounds, every: 6 });
    process.stdout.write(`kill ${number}: ${acknowledged} acknowledged edits, none lost\n`);
    expect(acknowledged).toBeGreaterThan(rounds * 20);
  },
);

test.concurrent(`kill -9 in the middle of snapshots, ${snapshotRounds} times, loses nothing either`, {
  timeout: 600_000,
}, async ({ lab }) => {
  const random = seededRandom("kill in a snapshot");
  const snapshots = async (server: HomeroomProcess) =>
    total(await readMetrics(server.url), "homeroom_snapshots_total");
  await killRounds({
    lab,
    random,
    rounds: snapshotRounds,
    every: 25,
    ballast: 100_000,
    async moment(server) {
      await eventually(async () => (await snapshots(server)) >= 2, { within: 15_000 });
      await pause(random.integer(0, 40));
    },
  });
});
