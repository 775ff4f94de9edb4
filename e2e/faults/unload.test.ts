import { setTimeout as pause } from "node:timers/promises";
import { eventually, seededRandom } from "@homeroom/testkit";
import { expect } from "vitest";
import { ask, roomUrl } from "../support/room-api.js";
import { test } from "../support/test.js";

/** How long a room without sessions stays in memory. */
const unloadMs = 10_000;
/** How long a room without edits keeps its document in memory. */
const restMs = 30_000;
const rooms = 60;

test.concurrent("joins that race the unloading of their room see everything and lose nothing", async ({
  lab,
}) => {
  const random = seededRandom("unload");
  const server = await lab.homeroom();
  const names = Array.from({ length: rooms }, (_, number) => `race/${number}`);
  const race = async (name: string, round: number): Promise<void> => {
    const first = await lab.join(server, name, { ack: true });
    const before = first.doc.getArray<number>("rounds").toArray();
    expect(before).toEqual(Array.from({ length: round }, (_, number) => number));
    first.edit((doc) => doc.getArray("rounds").push([round]));
    await first.allAcknowledged();
    await first.close();
    // Just before, at, and just after the moment at which the room leaves memory.
    await pause(unloadMs + random.integer(-60, 60));
  };
  await Promise.all(
    names.map(async (name) => {
      for (let round = 0; round < 2; round++) await race(name, round);
      const last = await lab.join(server, name);
      expect(last.doc.getArray("rounds").toArray()).toEqual([0, 1]);
    }),
  );
});

test.concurrent("a room at rest serves joins and wakes at the first edit", async ({ lab }) => {
  const server = await lab.homeroom();
  const sleeper = await lab.join(server, "rest", { ack: true });
  sleeper.edit((doc) => doc.getText("text").insert(0, "before "));
  await sleeper.allAcknowledged();
  const status = async () => (await ask(roomUrl(server, "rest"))).body.status;
  expect(await status()).toBe("live");
  await eventually(async () => (await status()) === "resting", { within: restMs + 15_000 });

  const joiner = await lab.join(server, "rest");
  expect(joiner.doc.getText("text").toString()).toBe("before ");
  expect(await status()).toBe("resting");
  joiner.edit((doc) => doc.getText("text").insert(7, "after"));
  await eventually(() => sleeper.doc.getText("text").toString() === "before after");
  expect(await status()).toBe("live");
  expect(sleeper.closeInfo).toBeNull();
});
