import { addressed, eventually, hocuspocusToken, type Lab, syncMessage } from "@homeroom/testkit";
import { expect } from "vitest";
import * as Y from "yjs";
import { ask, roomUrl } from "../support/room-api.js";
import { test } from "../support/test.js";
import { authSecret, token, unsignedToken } from "../support/tokens.js";

const guarded = (lab: Lab) => lab.homeroom({ env: { HOMEROOM_AUTH_SECRET: authSecret } });

const otherSecret = new TextEncoder().encode("another secret, thirty-two bytes at least");

/** Tokens that open nothing, and the code with which they are refused in room `mine`. */
const badTokens: readonly (readonly [string, number, () => string | Promise<string>])[] = [
  ["no token", 4401, () => ""],
  ["no JWT", 4401, () => "not.a.token"],
  ["alg none", 4401, () => unsignedToken({ rooms: ["mine"], access: "write" })],
  ["another secret", 4401, () => token({ rooms: ["mine"], access: "write" }, 600, otherSecret)],
  ["an expired token", 4401, () => token({ rooms: ["mine"], access: "write" }, -60)],
  ["a token for another room", 4403, () => token({ rooms: ["theirs"], access: "write" })],
  ["a glob for other rooms", 4403, () => token({ rooms: ["min/*"], access: "write" })],
];

test("a y-websocket client with a bad token is told so and stops", async ({ lab }) => {
  const server = await guarded(lab);
  for (const [what, code, make] of badTokens) {
    const bad = await make();
    const client = lab.yWebsocket(server, "mine", bad === "" ? {} : { params: { token: bad } });
    await eventually(() => client.closes.length === 1, { message: `${what} is refused` });
    expect(client.closes[0]?.code, what).toBe(code);
    expect(client.closes[0]?.reason, what).not.toBe("");
    // That is how the stock client says that it will not try again.
    expect(client.provider.shouldConnect, what).toBe(false);
    expect(client.attempts, what).toBe(1);
    expect(client.synced, what).toBe(false);
  }
});

test("a Hocuspocus client with a bad token is denied and does not try again", async ({ lab }) => {
  const server = await guarded(lab);
  for (const [what, , make] of badTokens) {
    const client = lab.hocuspocus(server, { delay: 50 });
    const room = client.room("mine", { token: await make() });
    await eventually(() => room.denials.length > 0, { message: `${what} is denied` });
    expect(room.authorized, what).toBeUndefined();
    expect(room.synced, what).toBe(false);
    expect(room.denials[0], what).not.toBe("");
  }
});

test("on a shared socket a denied room does not take the others with it", async ({ lab }) => {
  const server = await guarded(lab);
  const client = lab.hocuspocus(server, { delay: 50 });
  const mine = client.room("mine", { token: await token({ rooms: ["mine"], access: "write" }) });
  await eventually(() => mine.synced);
  const theirs = client.room("theirs", {
    token: await token({ rooms: ["mine"], access: "write" }),
  });
  await eventually(() => theirs.denials.length > 0);
  mine.doc.getText("text").insert(0, "goes on");
  await eventually(() => !mine.provider.hasUnsyncedChanges);
  expect(client.attempts).toBe(1);
});

test("a token is good for what it names: exact names, globs, each access", async ({ lab }) => {
  const server = await guarded(lab);
  const glob = await token({ rooms: ["docs/*", "exact"], access: "write" });
  for (const room of ["docs/one", "docs/a/b", "exact"]) {
    const client = await lab.join(server, room, { token: glob, ack: true });
    client.edit((doc) => doc.getText("text").insert(0, room));
    await client.allAcknowledged();
    expect(client.refusals, room).toEqual([]);
  }
  const scope = async (access: "read" | "comment" | "write" | "admin") => {
    const room = lab.hocuspocus(server).room("exact", {
      token: await token({ rooms: ["exact"], access }),
    });
    await eventually(() => room.authorized !== undefined);
    return room.authorized;
  };
  expect(await scope("read")).toBe("readonly");
  expect(await scope("comment")).toBe("readonly");
  expect(await scope("write")).toBe("read-write");
  expect(await scope("admin")).toBe("read-write");
});

test.concurrent("a token that expires closes its y-websocket session with 4401, and it stays away", async ({
  lab,
}) => {
  const server = await guarded(lab);
  const short = await token({ rooms: ["mine"], access: "write" }, 2);
  const client = lab.yWebsocket(server, "mine", { params: { token: short } });
  await eventually(() => client.synced);
  expect(client.closes).toEqual([]);
  await eventually(() => client.closes.length === 1, { within: 10_000 });
  expect(client.closes[0]?.code).toBe(4401);
  expect(client.provider.shouldConnect).toBe(false);
});

test.concurrent("a token that expires ends its Hocuspocus session, and no edit gets in after", async ({
  lab,
}) => {
  const server = await guarded(lab);
  const watcher = await lab.join(server, "mine", {
    token: await token({ rooms: ["mine"], access: "read" }),
  });
  const client = lab.hocuspocus(server, { delay: 50 });
  const room = client.room("mine", { token: await token({ rooms: ["mine"], access: "write" }, 2) });
  await eventually(() => room.synced);
  room.doc.getArray("array").push(["in time"]);
  await eventually(() => watcher.doc.getArray("array").length === 1);
  await eventually(() => room.denials.length + room.closes.length + client.closes.length > 0, {
    within: 10_000,
    message: "the session ends",
  });
  if (client.closes.length > 0) expect(client.closes[0]?.code).toBe(4401);
  room.doc.getArray("array").push(["too late"]);
  const again = await lab.join(server, "mine", {
    token: await token({ rooms: ["mine"], access: "write" }),
    ack: true,
  });
  again.edit((doc) => doc.getArray("array").push(["after"]));
  await again.allAcknowledged();
  expect(again.doc.getArray("array").toArray()).toEqual(["in time", "after"]);
});

test("a reader's forged updates are refused and never applied", async ({ lab }) => {
  const server = await guarded(lab);
  const rooms = ["mine"];
  const writer = await lab.join(server, "mine", {
    token: await token({ rooms, access: "write" }),
    ack: true,
  });
  writer.edit((doc) => doc.getText("text").insert(0, "true"));
  await writer.allAcknowledged();

  const forged = new Y.Doc();
  forged.getText("text").insert(0, "forged ");
  const update = Y.encodeStateAsUpdate(forged);
  for (const access of ["read", "comment"] as const) {
    for (const kind of ["update", "step2"] as const) {
      const reader = await lab.join(server, "mine", {
        token: await token({ rooms, access }),
        ack: true,
        answer: false,
      });
      reader.send(syncMessage(kind, update));
      await eventually(() => reader.refusals.length > 0 || reader.closeInfo !== null);
      if (reader.closeInfo !== null) expect(reader.closeInfo.code).toBe(4403);
      else expect(reader.refusals[0]?.number).toBe(1);
    }
    // The same behind a Hocuspocus address, which a y-websocket client cannot read.
    const socket = await lab.connect(server, "", { answer: false });
    socket.send(addressed("mine", hocuspocusToken(await token({ rooms, access }))));
    socket.send(addressed("mine", syncMessage("update", update)));
    const notApplied = Buffer.from(addressed("mine", Uint8Array.of(8, 0)));
    await socket.received("unknown", ({ bytes }) => notApplied.equals(bytes));
  }
  writer.edit((doc) => doc.getText("text").insert(0, "still "));
  await writer.allAcknowledged();
  const fresh = await lab.join(server, "mine", { token: await token({ rooms, access: "read" }) });
  expect(fresh.doc.getText("text").toString()).toBe("still true");
});

test("a stock reader that types is closed with 4403, stops, and nobody sees what it typed", async ({
  lab,
}) => {
  const server = await guarded(lab);
  const watcher = await lab.join(server, "mine", {
    token: await token({ rooms: ["mine"], access: "write" }),
    ack: true,
  });
  const read = await token({ rooms: ["mine"], access: "read" });
  const reader = lab.yWebsocket(server, "mine", { params: { token: read } });
  await eventually(() => reader.synced);
  reader.doc.getText("text").insert(0, "typed by a reader");
  await eventually(() => reader.closes.length > 0);
  expect(reader.closes[0]?.code).toBe(4403);
  expect(reader.provider.shouldConnect).toBe(false);

  const hocuspocus = lab.hocuspocus(server).room("mine", { token: read });
  await eventually(() => hocuspocus.synced);
  hocuspocus.doc.getText("text").insert(0, "typed by a reader");
  watcher.edit((doc) => doc.getMap("map").set("by", "a writer"));
  await watcher.allAcknowledged();
  await eventually(() => hocuspocus.doc.getMap("map").get("by") === "a writer");
  // What it typed is not safe, and its counter goes on saying so.
  expect(hocuspocus.provider.hasUnsyncedChanges).toBe(true);
  expect(watcher.doc.getText("text").toString()).toBe("");
});

test("a page of a foreign origin is refused with 4403, that of the same host is not", async ({
  lab,
}) => {
  const server = await lab.homeroom();
  const foreign = await lab.connect(server, "room", { origin: "https://evil.example" });
  foreign.sendStep1();
  expect((await foreign.closes()).code).toBe(4403);
  const own = await lab.join(server, "room", { origin: server.url });
  expect(own.closeInfo).toBeNull();

  const listed = await lab.homeroom({ args: ["--allowed-origins", "https://docs.example"] });
  expect((await lab.join(listed, "room", { origin: "https://docs.example" })).closeInfo).toBeNull();
  for (const origin of ["https://docs.example.evil.example", "http://docs.example", "null"]) {
    const refused = await lab.connect(listed, "room", { origin });
    refused.sendStep1();
    expect((await refused.closes()).code, origin).toBe(4403);
  }
});

test("the HTTP API asks for a token as well, and for the right one", async ({ lab }) => {
  const server = await guarded(lab);
  const as = async (claims: Parameters<typeof token>[0]) => ({
    headers: { authorization: `Bearer ${await token(claims)}` },
  });
  expect((await ask(roomUrl(server, "mine"))).status).toBe(401);
  expect(
    (await ask(roomUrl(server, "mine"), await as({ rooms: ["theirs"], access: "admin" }))).status,
  ).toBe(403);
  expect(
    (await ask(roomUrl(server, "mine"), await as({ rooms: ["mine"], access: "read" }))).status,
  ).toBe(200);
  const remove = async (access: "read" | "admin") =>
    (
      await ask(roomUrl(server, "mine"), {
        method: "DELETE",
        ...(await as({ rooms: ["mine"], access })),
      })
    ).status;
  expect(await remove("read")).toBe(403);
  expect(await remove("admin")).toBeLessThan(300);
  expect((await ask(`${server.url}/healthz`)).status).toBe(200);
});

test("a token is never written to the log", async ({ lab }) => {
  const server = await lab.homeroom({
    env: { HOMEROOM_AUTH_SECRET: authSecret, HOMEROOM_LOG_LEVEL: "trace" },
  });
  const good = await token({ rooms: ["mine"], access: "write" });
  const expired = await token({ rooms: ["mine"], access: "write" }, -60);
  await lab.join(server, "mine", { token: good });
  const bad = await lab.connect(server, "mine", { token: expired });
  await bad.closes();
  await ask(roomUrl(server, "mine"), { headers: { authorization: `Bearer ${good}` } });
  expect((await server.stop()).code).toBe(0);
  expect(server.output()).toContain("mine");
  for (const secret of [good, expired, authSecret]) {
    expect(server.output().includes(secret)).toBe(false);
    expect(server.output().includes(secret.split(".")[2] ?? secret)).toBe(false);
  }
});
