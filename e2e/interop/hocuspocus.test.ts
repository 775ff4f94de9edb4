import { eventually, waitForConvergence } from "@homeroom/testkit";
import * as decoding from "lib0/decoding";
import { expect } from "vitest";
import { documentOf } from "../support/room-api.js";
import { test } from "../support/test.js";

test("several rooms share one Hocuspocus socket, and none hears of another", async ({
  lab,
  server,
}) => {
  const names = ["one", "two", "a/b", "constructor", "__proto__"];
  const shared = lab.hocuspocus(server);
  const rooms = names.map((name) => ({
    name,
    room: shared.room(name),
    peer: lab.yWebsocket(server, name),
  }));
  await eventually(() => rooms.every(({ room, peer }) => room.synced && peer.synced));
  for (const { name, room, peer } of rooms) {
    room.doc.getText("text").insert(0, `hocuspocus in ${name}`);
    peer.doc.getArray("array").push([`y-websocket in ${name}`]);
  }
  for (const { name, room, peer } of rooms) {
    await waitForConvergence([room.doc, peer.doc]);
    expect(peer.doc.getText("text").toString()).toBe(`hocuspocus in ${name}`);
    expect(room.doc.getArray("array").toArray()).toEqual([`y-websocket in ${name}`]);
  }
  expect(shared.attempts).toBe(1);

  // One room leaves; the socket and the others go on.
  rooms[0]?.room.close();
  for (const { room, peer } of rooms.slice(1)) {
    peer.doc.getText("text").insert(0, "still ");
    await waitForConvergence([room.doc, peer.doc]);
  }
  expect(shared.attempts).toBe(1);
});

test("two providers of one room share a socket, each its own session", async ({ lab, server }) => {
  const shared = lab.hocuspocus(server);
  const [one, two] = [0, 1].map(() => shared.room("twice", { sessionAwareness: true }));
  if (one === undefined || two === undefined) throw new Error("no providers");
  await eventually(() => one.synced && two.synced);
  one.doc.getText("text").insert(0, "from one");
  await waitForConvergence([one.doc, two.doc]);
  two.doc.getText("text").insert(0, "from two ");
  await waitForConvergence([one.doc, two.doc]);
  expect(one.doc.getText("text").toString()).toBe("from two from one");
});

test("hasUnsyncedChanges falls to false, and what was written then survives a kill", async ({
  lab,
}) => {
  let server = await lab.homeroom();
  const client = lab.hocuspocus(server, { delay: 100 });
  const room = client.room("durable");
  await eventually(() => room.synced && !room.provider.hasUnsyncedChanges);
  for (let round = 1; round <= 5; round++) {
    room.doc.getArray("rounds").push([round]);
    expect(room.provider.hasUnsyncedChanges).toBe(true);
    await eventually(() => !room.provider.hasUnsyncedChanges);
    server.kill("SIGKILL");
    await server.exited;
    // The socket of the client is away: what the server knows now, it read from its journal.
    client.socket.disconnect();
    server = await lab.homeroom({ dataDir: server.dataDir, port: server.port });
    const stored = await documentOf(server, "durable");
    expect(stored.getArray("rounds").length).toBe(round);
    await client.socket.connect();
    await eventually(() => room.synced && !room.provider.hasUnsyncedChanges);
  }
});

test("edits made while away are safe with one answer, for which the provider waits", async ({
  lab,
  server,
}) => {
  const client = lab.hocuspocus(server, { delay: 100 });
  const room = client.room("away");
  await eventually(() => room.synced && !room.provider.hasUnsyncedChanges);
  const syncStatus = 8;
  let statuses = 0;
  room.provider.on("message", ({ event }: { event: MessageEvent }) => {
    const decoder = decoding.createDecoder(new Uint8Array(event.data as ArrayBuffer));
    decoding.readVarString(decoder);
    if (decoding.readVarUint(decoder) === syncStatus) statuses += 1;
  });
  client.socket.disconnect();
  await eventually(() => client.closes.length === 1);
  // The provider sends all of these again one by one, and has forgotten that it counted them.
  for (let edit = 0; edit < 5; edit++) room.doc.getText("text").insert(0, "away ");
  await client.socket.connect();
  await eventually(() => room.synced && !room.provider.hasUnsyncedChanges);
  expect((await documentOf(server, "away")).getText("text").length).toBe(25);
  room.doc.getText("text").insert(0, "back ");
  expect(room.provider.unsyncedChanges).toBe(1);
  await eventually(() => !room.provider.hasUnsyncedChanges);
  // One for the answer to the server's SyncStep1, one for the edit after it.
  expect(statuses).toBe(2);
});
