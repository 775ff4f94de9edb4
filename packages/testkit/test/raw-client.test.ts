import * as encoding from "lib0/encoding";
import { afterEach, expect, test } from "vitest";
import * as Y from "yjs";
import { eventually, Lab, syncMessage } from "../src/index.js";
import { scriptedServer } from "./scripted-server.js";

let lab = new Lab();
afterEach(async () => {
  await lab.close();
  lab = new Lab();
});

test("a raw client says where and with what it connects, and keeps how it was closed", async () => {
  const server = lab.own(
    await scriptedServer({ onConnect: (socket) => socket.close(4403, "not you") }),
  );
  const client = await lab.connect(server, "a/b", { ack: true, token: "t", params: { x: "1" } });
  expect(await client.closes()).toEqual({ code: 4403, reason: "not you" });
  expect(server.urls).toEqual(["/a%2Fb?x=1&ack=1&token=t"]);
});

test("a raw client keeps the document, answers SyncStep1 and counts what it sends", async () => {
  const theirs = new Y.Doc();
  theirs.getText("text").insert(0, "theirs");
  const server = lab.own(
    await scriptedServer({
      onConnect(socket) {
        socket.send(syncMessage("step1", Y.encodeStateVector(theirs)));
        socket.send(syncMessage("step2", Y.encodeStateAsUpdate(theirs)));
        socket.send(Uint8Array.of(80, 2));
      },
    }),
  );
  const client = await lab.connect(server, "room");
  client.edit((doc) => doc.getMap("map").set("mine", 1));
  await eventually(() => client.acknowledged === 2);
  expect(client.sent).toBe(2);
  expect(client.doc.getText("text").toString()).toBe("theirs");
  await client.received("step2");
  await expect(client.received("awareness", () => true, 20)).rejects.toThrow(
    "a message of type awareness arrives (sent 2, acknowledged 2",
  );
});

test("a refusal is kept with its number and its reason", async () => {
  const refusal = encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, 81);
    encoding.writeVarUint(encoder, 1);
    encoding.writeVarString(encoder, "read-only");
  });
  const server = lab.own(await scriptedServer({ onConnect: (socket) => socket.send(refusal) }));
  const client = await lab.connect(server, "room");
  await client.received("refused");
  expect(client.refusals).toEqual([{ number: 1, reason: "read-only" }]);
});

test("a client that does not read lets the sender's buffer fill", async () => {
  const server = lab.own(await scriptedServer({}));
  const client = await lab.connect(server, "room");
  client.pause();
  const socket = server.sockets[0];
  await eventually(() => {
    socket?.send(new Uint8Array(1024 * 1024).fill(99));
    return (socket?.bufferedAmount ?? 0) > 4 * 1024 * 1024;
  });
  client.resume();
  await eventually(() => socket?.bufferedAmount === 0);
});
