import { eventually, percentile, Random, readMetrics, total } from "@homeroom/testkit";
import { expect } from "vitest";
import { test } from "../support/test.js";

/** Ten megabytes a second, far more than sockets hold in between. */
const chunk = 100_000;
const chunkEveryMs = 10;

test("a reader that does not read is closed with 4508, and nobody waits for it", async ({
  lab,
}) => {
  const server = await lab.homeroom();
  const random = new Random(1);
  const writer = await lab.join(server, "busy", { ack: true });
  const reader = await lab.join(server, "busy");
  const slow = await lab.join(server, "busy");
  const elsewhere = [await lab.join(server, "other"), await lab.join(server, "other")] as const;

  const arrivals: number[] = [];
  elsewhere[1].doc.getMap<number>("map").observe((event) => {
    arrivals.push(performance.now() - (event.target.get("at") ?? 0));
  });
  slow.pause();
  const slowReaders = async () =>
    total(await readMetrics(server.url), "homeroom_slow_readers_total");

  // What is replaced each time is bytes on the wire, and no growth of the document.
  const weight = random.text(100).repeat(chunk / 100);
  const typing = setInterval(() => {
    writer.edit((doc) => doc.getMap("map").set("weight", weight));
    elsewhere[0].edit((doc) => doc.getMap("map").set("at", performance.now()));
  }, chunkEveryMs);
  lab.own({ close: () => clearInterval(typing) });
  await eventually(async () => (await slowReaders()) === 1, {
    within: 30_000,
    message: "the slow reader is noticed",
  });
  slow.resume();
  expect((await slow.closes(15_000)).code).toBe(4508);
  clearInterval(typing);

  await writer.allAcknowledged(20_000);
  const last = performance.now();
  writer.edit((doc) => doc.getMap("map").set("last", last));
  await eventually(() => reader.doc.getMap("map").get("last") === last, { within: 10_000 });
  expect([reader, writer, ...elsewhere].map(({ closeInfo }) => closeInfo)).toEqual([
    null,
    null,
    null,
    null,
  ]);
  expect(percentile(arrivals, 0.5)).toBeLessThan(100);
  // Back again, it gets what it missed.
  const back = await lab.join(server, "busy");
  expect(back.doc.getMap("map").get("last")).toBe(last);
});
