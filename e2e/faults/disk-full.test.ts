import { eventually } from "@homeroom/testkit";
import { expect } from "vitest";
import { ask, documentOf, roomUrl } from "../support/room-api.js";
import { skipWithout } from "../support/skip.js";
import { test } from "../support/test.js";
import { Ballast, canMount, tinyDisk } from "../support/tiny-disk.js";

test("on a full disk acknowledgements are withheld, /readyz says so, and all heals when space returns", async ({
  lab,
  task,
  skip,
}) => {
  skipWithout(canMount, { task, skip }, "this machine allows no mounts of one's own");
  const dataDir = await lab.dir();
  const server = await lab.homeroom({ dataDir, wrapper: tinyDisk(dataDir, "24m") });
  const client = await lab.join(server, "full", { ack: true });
  const watcher = await lab.join(server, "full");
  client.edit((doc) => doc.getArray("edits").push(["before"]));
  await client.allAcknowledged();
  expect((await ask(`${server.url}/readyz`)).status).toBe(200);

  const ballast = new Ballast(server);
  await ballast.fill();
  // The journal's log may have room left that it has taken from the disk already.
  let edits = 0;
  const unready = async () => (await ask(`${server.url}/readyz`)).status === 503;
  const typing = setInterval(() => {
    edits += 1;
    client.edit((doc) => doc.getArray("edits").push([`${edits} ${"x".repeat(4_000)}`]));
  }, 20);
  lab.own({ close: () => clearInterval(typing) });
  await eventually(unready, { within: 20_000, message: "/readyz tells of the full disk" });
  const told = (await ask(`${server.url}/readyz`)).body;
  expect(JSON.stringify(told)).toMatch(/journal|store|disk|space/i);

  // People go on, and are told nothing that is not true.
  clearInterval(typing);
  await eventually(() => watcher.doc.getArray("edits").length === edits + 1);
  expect(client.acknowledged).toBeLessThan(client.sent);
  expect(client.closeInfo).toBeNull();
  expect((await ask(roomUrl(server, "full"))).body.durable).toBe(false);

  await ballast.remove();
  await client.allAcknowledged(30_000);
  await eventually(async () => !(await unready()), { within: 10_000 });
  expect((await ask(roomUrl(server, "full"))).body.durable).toBe(true);
  expect((await documentOf(server, "full")).getArray("edits").length).toBe(edits + 1);
  expect((await server.stop()).code).toBe(0);
});
