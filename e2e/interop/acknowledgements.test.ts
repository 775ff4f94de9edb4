import { eventually } from "@homeroom/testkit";
import { expect } from "vitest";
import * as Y from "yjs";
import { documentOf } from "../support/room-api.js";
import { test } from "../support/test.js";

test("each message of a connection that asked is acknowledged, in cumulative counts", async ({
  lab,
  server,
}) => {
  const client = await lab.join(server, "acks", { ack: true });
  for (let edit = 0; edit < 100; edit++) client.edit((doc) => doc.getArray("array").push([edit]));
  await client.allAcknowledged();
  // The answer to the server's SyncStep1 counts as well.
  expect(client.acknowledged).toBe(client.sent);
  expect(client.sent).toBeGreaterThanOrEqual(100);
  const stored = await documentOf(server, "acks");
  expect(stored.getArray("array").length).toBe(100);
});

test("nobody who did not ask is sent an acknowledgement", async ({ lab, server }) => {
  const asked = await lab.join(server, "quiet", { ack: true });
  const silent = await lab.join(server, "quiet");
  silent.edit((doc) => doc.getMap("map").set("by", "silent"));
  await eventually(() => asked.doc.getMap("map").get("by") === "silent");
  asked.edit((doc) => doc.getMap("map").set("by", "asked"));
  await asked.allAcknowledged();
  await eventually(() => silent.doc.getMap("map").get("by") === "asked");
  expect(silent.messages.filter(({ type }) => type === "settled" || type === "unknown")).toEqual(
    [],
  );
});

test("an acknowledged edit is there after a kill at that very moment", async ({ lab }) => {
  let server = await lab.homeroom();
  for (let round = 1; round <= 5; round++) {
    const client = await lab.join(server, "at-once", { ack: true });
    client.edit((doc) => doc.getArray("rounds").push([round]));
    await client.allAcknowledged();
    server.kill("SIGKILL");
    await server.exited;
    server = await lab.homeroom({ dataDir: server.dataDir, port: server.port });
    const stored = await documentOf(server, "at-once");
    expect(stored.getArray("rounds").length).toBe(round);
  }
});

test("an update whose ground is missing is acknowledged only once it stands", async ({
  lab,
  server,
}) => {
  const author = new Y.Doc();
  const updates: Uint8Array[] = [];
  author.on("update", (update: Uint8Array) => updates.push(update));
  author.getText("text").insert(0, "one ");
  author.getText("text").insert(4, "two");
  // It answers when the test says so, not by itself with what little it holds.
  const client = await lab.join(server, "gap", { ack: true, answer: false });
  client.sendStep2(Y.encodeStateAsUpdate(client.doc));
  await client.allAcknowledged();
  const asked = () => client.messages.filter(({ type }) => type === "step1").length;
  const askedBefore = asked();

  client.sendUpdate(updates[1] as Uint8Array);
  const { sent } = client;
  await eventually(() => asked() > askedBefore, { message: "the home asks for what it lacks" });
  expect(client.acknowledged).toBeLessThan(sent);
  client.sendStep2(Y.encodeStateAsUpdate(author));
  await client.allAcknowledged();
  expect((await documentOf(server, "gap")).getText("text").toString()).toBe("one two");
});
