import { once } from "node:events";
import { connect, type Socket } from "node:net";
import {
  addressed,
  awarenessMessage,
  eventually,
  hocuspocusToken,
  type Lab,
  type RawClient,
} from "@homeroom/testkit";
import * as encoding from "lib0/encoding";
import { describe, expect } from "vitest";
import { Awareness, applyAwarenessUpdate } from "y-protocols/awareness";
import * as Y from "yjs";
import { test } from "../support/test.js";

test("more connections of one address than allowed are closed with 4429, until one leaves", async ({
  lab,
}) => {
  const server = await lab.homeroom({ args: ["--max-connections-per-ip", "5"] });
  const five: RawClient[] = [];
  for (let number = 0; number < 5; number++) five.push(await lab.join(server, `room/${number}`));
  const sixth = await lab.connect(server, "room/0");
  expect((await sixth.closes()).code).toBe(4429);
  await five[0]?.close();
  await eventually(() => lab.join(server, "room/0"), { message: "there is room for one again" });
  expect(five[1]?.closeInfo).toBeNull();
});

test("a client that sends more than it may for good is closed with 4429, a burst is not", async ({
  lab,
}) => {
  const server = await lab.homeroom({ args: ["--max-updates-per-second", "10"] });
  const burst = await lab.join(server, "room", { ack: true });
  for (let edit = 0; edit < 50; edit++) burst.edit((doc) => doc.getArray("a").push([edit]));
  await burst.allAcknowledged();
  const flood = await lab.join(server, "room");
  for (let edit = 0; edit < 500; edit++) flood.edit((doc) => doc.getArray("b").push([edit]));
  expect((await flood.closes()).code).toBe(4429);
  expect(burst.closeInfo).toBeNull();
});

test("more rooms on one socket than allowed close it with 4429", async ({ lab, server }) => {
  const client = await lab.connect(server, "", { answer: false });
  for (let number = 0; number <= 20; number++) {
    client.send(addressed(`shared/${number}`, hocuspocusToken("")));
  }
  expect((await client.closes()).code).toBe(4429);
});

interface Entry {
  readonly client: number;
  readonly clock?: number;
  readonly state?: string;
}

const awarenessOf = (entries: readonly Entry[]): Uint8Array =>
  awarenessMessage(
    encoding.encode((encoder) => {
      encoding.writeVarUint(encoder, entries.length);
      for (const { client, clock = 1, state = "{}" } of entries) {
        encoding.writeVarUint(encoder, client);
        encoding.writeVarUint(encoder, clock);
        encoding.writeVarString(encoder, state);
      }
    }),
  );

const hostileAwareness: readonly (readonly [string, Uint8Array])[] = [
  ["a state of 5 KB", awarenessOf([{ client: 1, state: JSON.stringify("x".repeat(5_000)) }])],
  ["a clock of 2^31", awarenessOf([{ client: 1, clock: 2 ** 31 }])],
  ["a state that is no JSON", awarenessOf([{ client: 1, state: "{oops" }])],
  ["a state nested 10,000 deep", awarenessOf([{ client: 1, state: "[".repeat(2_000) }])],
  ["an entry that is cut off", awarenessOf([{ client: 1 }]).slice(0, -2)],
];

test("awareness over its limits closes its sender, and nobody hears of it", async ({
  lab,
  server,
}) => {
  const watcher = await lab.join(server, "presence");
  for (const [what, message] of hostileAwareness) {
    const client = await lab.join(server, "presence");
    client.send(message);
    await eventually(() => client.closeInfo !== null, { message: `${what} closes its sender` });
    expect([4400, 4413], what).toContain(client.closeInfo?.code);
  }
  const honest = await lab.join(server, "presence");
  honest.send(awarenessOf([{ client: 77, state: '{"name":"Ada"}' }]));
  const heard = await watcher.received("awareness", ({ update }) => update.length > 1);
  expect(Buffer.from(heard.update).toString()).toContain("Ada");
  expect(watcher.closeInfo).toBeNull();
});

test("nobody speaks for somebody else's client id", async ({ lab, server }) => {
  const watcher = await lab.join(server, "impostor");
  const ada = await lab.join(server, "impostor");
  ada.send(awarenessOf([{ client: 5, state: '{"name":"Ada"}' }]));
  const says = (text: string) =>
    watcher.received("awareness", ({ update }) => Buffer.from(update).includes(text));
  await says("Ada");
  const eve = await lab.join(server, "impostor");
  eve.send(awarenessOf([{ client: 5, clock: 9, state: '{"name":"Eve"}' }]));
  ada.send(awarenessOf([{ client: 5, clock: 2, state: '{"name":"Ada again"}' }]));
  await says("Ada again");
  const heard = watcher.messages.map((m) => (m.type === "awareness" ? m.update : []));
  expect(heard.some((update) => Buffer.from(update).includes("Eve"))).toBe(false);
});

test("a connection speaks for a few client ids, and what it echoes of others is left out", async ({
  lab,
  server,
}) => {
  const watcher = new Awareness(new Y.Doc());
  const client = await lab.join(server, "crowd");
  const reader = await lab.join(server, "crowd");
  client.send(awarenessOf(Array.from({ length: 1_000 }, (_, client) => ({ client }))));
  const last = await lab.join(server, "crowd");
  last.send(awarenessOf([{ client: 5_000 }]));
  await reader.received("awareness", ({ update }) => {
    applyAwarenessUpdate(watcher, update, null);
    return watcher.getStates().has(5_000);
  });
  // Its own, that of the last one, and a few tabs behind the crowd's connection.
  expect(watcher.getStates().size).toBeLessThan(20);
  expect(client.closeInfo).toBeNull();
  watcher.destroy();
});

/** Waits are the subject here, so all of them pass at the same time. */
describe.concurrent("whoever keeps the server waiting", () => {
  const within = 45_000;

  async function half(lab: Lab, port: number, text: string): Promise<Socket> {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => undefined);
    lab.own({ close: () => void socket.destroy() });
    await once(socket, "connect");
    socket.write(text);
    socket.resume();
    return socket;
  }

  const upgrade =
    "GET /room HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: upgrade\r\nupgrade: websocket\r\n" +
    "sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";

  test("with half an upgrade is cut", async ({ lab, server }) => {
    const socket = await half(lab, server.port, upgrade);
    await eventually(() => socket.closed || socket.readableEnded, { within });
  });

  test("with half a frame is cut", async ({ lab, server }) => {
    const socket = await half(lab, server.port, `${upgrade}\r\n`);
    // A masked binary frame of 100 bytes, of which three come.
    socket.write(Uint8Array.of(0x82, 0x80 | 100, 1, 2, 3, 4, 0, 0, 0));
    await eventually(() => socket.closed || socket.readableEnded, { within });
  });

  test("without a word is closed with 4401", async ({ lab, server }) => {
    const silent = await lab.connect(server, "room");
    expect((await silent.closes(within)).code).toBe(4401);
  });

  test("for its token is closed with 4401", async ({ lab, server }) => {
    const client = await lab.connect(server, "", { answer: false });
    client.send(addressed("room", Uint8Array.of(0, 0, 1, 0)));
    expect((await client.closes(within)).code).toBe(4401);
  });

  test("for nothing is told that the server lives", async ({ lab, server }) => {
    const idle = await lab.join(server, "idle");
    await idle.received("awareness", ({ update }) => update.length === 1, within);
    expect(Y.encodeStateVector(idle.doc)).toEqual(Uint8Array.of(0));
    expect(idle.closeInfo).toBeNull();
  });
});
