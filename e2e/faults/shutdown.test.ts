import { connect } from "node:net";
import {
  assertNothingInvented,
  assertNothingLost,
  eventually,
  type HomeroomProcess,
  type Lab,
  seededRandom,
  Writer,
  writeOverHocuspocus,
  writeOverYWebsocket,
} from "@homeroom/testkit";
import { expect } from "vitest";
import { documentOf } from "../support/room-api.js";
import { test } from "../support/test.js";

/** Four writers in two rooms who type as fast as they are told to. */
async function typing(lab: Lab, server: HomeroomProcess) {
  const random = seededRandom("shutdown");
  const writers = ["ada", "bob", "cai", "dee"].map((name) => new Writer(name, random.fork()));
  const [ada, bob, cai, dee] = writers as [Writer, Writer, Writer, Writer];
  const closes = [ada, bob].map((each) => lab.own(writeOverYWebsocket(each, server.wsUrl, "one")));
  for (const each of [cai, dee]) lab.own(writeOverHocuspocus(each, server.wsUrl, "two"));
  for (const each of writers) each.type(4);
  await eventually(() => writers.every(({ acknowledged }) => acknowledged.size > 50), {
    message: "everybody writes and is acknowledged",
    within: 10_000,
  });
  return {
    closes: () => closes.map((client) => client.closes[0]?.code),
    async expectNothingLost(after: HomeroomProcess): Promise<void> {
      for (const each of writers) each.rest();
      for (const [room, team] of [
        ["one", [ada, bob]],
        ["two", [cai, dee]],
      ] as const) {
        const stored = await documentOf(after, room);
        assertNothingLost(stored, team);
        assertNothingInvented(stored, team);
      }
    },
  };
}

test.for(["SIGTERM", "SIGINT"] as const)(
  "%s under load closes with 1012, exits 0 within 10 s, loses nothing acknowledged",
  async (signal, { lab }) => {
    const server = await lab.homeroom();
    const load = await typing(lab, server);
    const start = performance.now();
    server.kill(signal);
    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(load.closes()).toEqual([1012, 1012]);
    // Another port: the clients cannot come back and give again what they have.
    await load.expectNothingLost(await lab.homeroom({ dataDir: server.dataDir }));
  },
);

test("a second signal ends the process at once, and nothing acknowledged is lost", async ({
  lab,
}) => {
  const server = await lab.homeroom();
  const load = await typing(lab, server);
  // A client that never reads makes a graceful end take its time.
  const deaf = await lab.join(server, "one");
  deaf.pause();
  server.kill("SIGTERM");
  await eventually(() => load.closes()[0] === 1012);
  const start = performance.now();
  server.kill("SIGTERM");
  await server.exited;
  expect(performance.now() - start).toBeLessThan(1_000);
  await load.expectNothingLost(await lab.homeroom({ dataDir: server.dataDir }));
});

test("requests and sockets that hang do not hold up the end", async ({ lab }) => {
  const server = await lab.homeroom();
  const deaf = await lab.join(server, "room");
  deaf.pause();
  const half = connect(server.port, "127.0.0.1");
  half.on("error", () => undefined);
  lab.own({ close: () => void half.destroy() });
  half.write(
    "PATCH /api/v1/rooms/room/document HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 100\r\n\r\nhalf",
  );
  await eventually(() => half.bytesWritten > 0 && half.readyState === "open");
  const start = performance.now();
  expect(await server.stop()).toEqual({ code: 0, signal: null });
  expect(performance.now() - start).toBeLessThan(10_000);
});
