import * as encoding from "lib0/encoding";
import { afterEach, expect, test } from "vitest";
import type { WebSocket } from "ws";
import * as Y from "yjs";
import { decodeServerMessage } from "../src/client/wire.js";
import {
  assertNothingInvented,
  assertNothingLost,
  editsIn,
  eventually,
  Lab,
  Random,
  syncMessage,
  Writer,
  writeOverHocuspocus,
  writeOverYWebsocket,
} from "../src/index.js";
import { scriptedServer } from "./scripted-server.js";

let lab = new Lab();
afterEach(async () => {
  await lab.close();
  lab = new Lab();
});

const settled = (count: number): Uint8Array =>
  encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, 80);
    encoding.writeVarUint(encoder, count);
  });

/** A server that keeps one document and acknowledges only when it is told to. */
async function keeper() {
  const doc = new Y.Doc();
  let counted = 0;
  const server = await scriptedServer({
    onConnect() {
      counted = 0;
    },
    onMessage(socket, bytes) {
      // Client and server say the same sync messages to each other.
      const message = decodeServerMessage(bytes);
      if (message.type === "step1") {
        socket.send(syncMessage("step1", Y.encodeStateVector(doc)));
        socket.send(syncMessage("step2", Y.encodeStateAsUpdate(doc, message.stateVector)));
      }
      if (message.type === "step2" || message.type === "update") {
        counted += 1;
        Y.applyUpdate(doc, message.update);
      }
    },
  });
  lab.own(server);
  const socket = (): WebSocket => server.sockets.at(-1) as WebSocket;
  return { ...server, doc, socket, counted: () => counted };
}

test("each acknowledgement settles the edits of its messages and no others", async () => {
  const server = await keeper();
  const writer = new Writer("ada", new Random(1));
  const offline = writer.write();
  const client = lab.own(writeOverYWebsocket(writer, server.wsUrl, "room"));
  await eventually(() => client.synced && server.counted() === 1);
  const [first, second] = [writer.write(), writer.write()];
  await eventually(() => server.counted() === 3);
  expect(server.urls).toEqual(["/room?ack=1"]);

  expect(writer.acknowledged).toEqual(new Set());
  server.socket().send(settled(1));
  await eventually(() => writer.waiting === 2);
  expect(writer.acknowledged).toEqual(new Set([offline]));
  server.socket().send(settled(3));
  await eventually(() => writer.waiting === 0);
  expect(writer.acknowledged).toEqual(new Set([offline, first, second]));
});

test("counts begin again on each connection", async () => {
  const server = await keeper();
  const writer = new Writer("ada", new Random(1));
  const client = lab.own(writeOverYWebsocket(writer, server.wsUrl, "room"));
  await eventually(() => client.synced && server.counted() === 1);
  writer.write();
  await eventually(() => server.counted() === 2);
  server.socket().terminate();
  await eventually(() => server.sockets.length === 2 && client.synced && server.counted() === 1);
  expect(writer.waiting).toBe(1);
  server.socket().send(settled(1));
  await eventually(() => writer.waiting === 0);
});

test("an update that was sent before the first state answers only for itself", async () => {
  let sent = 0;
  const server = await scriptedServer({
    onMessage: (_socket, bytes) => {
      if (decodeServerMessage(bytes).type === "update") sent += 1;
    },
  });
  lab.own(server);
  const writer = new Writer("ada", new Random(1));
  const before = writer.write();
  const client = lab.own(writeOverYWebsocket(writer, server.wsUrl, "room"));
  await eventually(() => client.provider.wsconnected);
  const after = writer.write();
  await eventually(() => sent === 1);
  server.sockets[0]?.send(settled(1));
  await eventually(() => writer.acknowledged.has(after));
  expect(writer.acknowledged.has(before)).toBe(false);
});

test("a Hocuspocus writer is settled when its count of unsynced changes falls to zero", async () => {
  const frame = (...parts: ((encoder: encoding.Encoder) => void)[]) =>
    encoding.encode((encoder) => {
      encoding.writeVarString(encoder, "room");
      for (const part of parts) part(encoder);
    });
  const uint = (value: number) => (encoder: encoding.Encoder) =>
    encoding.writeVarUint(encoder, value);
  let frames = 0;
  const server = await scriptedServer({
    onMessage() {
      frames += 1;
    },
  });
  lab.own(server);
  const writer = new Writer("ada", new Random(1));
  const client = lab.own(writeOverHocuspocus(writer, server.wsUrl, "room"));
  // Token, SyncStep1, awareness.
  await eventually(() => frames === 3);
  writer.write();
  await eventually(() => frames === 4);
  const syncStatus = frame(uint(8), uint(1));
  server.sockets[0]?.send(syncStatus);
  await eventually(() => client.rooms[0]?.provider.unsyncedChanges === 1);
  expect(writer.waiting).toBe(1);
  server.sockets[0]?.send(syncStatus);
  await eventually(() => writer.waiting === 0);
});

test("a lost, a doubled and an invented edit are told by name", () => {
  const writer = new Writer("ada", new Random(1));
  const id = writer.write();
  writer.settleAll();
  expect(() => assertNothingLost(writer.doc, [writer])).not.toThrow();
  expect(() => assertNothingLost(new Y.Doc(), [writer])).toThrow(
    "1 acknowledged edits are lost: ada:0",
  );
  expect(() => assertNothingInvented(writer.doc, [writer])).not.toThrow();
  writer.doc.getArray("edits").push([id]);
  expect(() => assertNothingInvented(writer.doc, [writer])).toThrow("edits are there twice: ada:0");
  writer.doc.getArray("edits").delete(1, 1);
  writer.doc.getArray("edits").push(["eve:0"]);
  expect(() => assertNothingInvented(writer.doc, [writer])).toThrow(
    "nobody made these edits: eve:0",
  );
});

test("a writer types until it rests, and a seed repeats what it types", async () => {
  const texts = [3, 3].map((seed) => {
    const doc = new Y.Doc();
    doc.clientID = 1;
    const writer = new Writer("ada", new Random(seed), { doc });
    for (let i = 0; i < 50; i++) writer.write();
    return doc.getText("text").toString();
  });
  expect(texts[0]).toBe(texts[1]);

  const writer = new Writer("ada", new Random(4));
  writer.type(1);
  await eventually(() => writer.written.length > 5);
  writer.rest();
  const written = writer.written.length;
  expect(editsIn(writer.doc).length).toBe(written);
});
