import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { AuthError, type Identity } from "../src/edge/authenticator.js";
import { createLab, identity, type Lab, roomName, tokens } from "./harness/lab.js";
import { addressed, clientMessage, readServerMessage } from "./harness/messages.js";
import type { Peer } from "./harness/peer.js";

const text = (peer: Peer): string => peer.doc.getText("text").toString();
const type = (peer: Peer, words: string): void => peer.doc.getText("text").insert(0, words);
const step1 = clientMessage.step1(Uint8Array.of(0));
const emptyUpdate = clientMessage.update(Uint8Array.of(0, 0));

describe("dialects", () => {
  it("C1: the first message fixes the dialect", async () => {
    const lab = createLab();
    const [plain, addressing] = [lab.dial({ path: "room" }), lab.dial({ path: "elsewhere" })];
    plain.connection.receive(step1);
    addressing.connection.receive(addressed("room", clientMessage.auth("token")));
    await lab.clock.settle();
    expect(lab.host.get(roomName("room"))?.sessions.count).toBe(2);
    expect(lab.host.get(roomName("elsewhere"))).toBeNull();
    // From now on, the other dialect is malformed.
    plain.connection.receive(addressed("room", step1));
    addressing.connection.receive(step1);
    await lab.clock.settle();
    expect([plain.socket.closed?.code, addressing.socket.closed?.code]).toEqual([4400, 4400]);
  });

  it.each([
    ["an empty message", Uint8Array.of()],
    ["an empty address", Uint8Array.of(0x80, 0)],
    ["a room name with a control character", addressed("a\u0001b", step1)],
    ["a room name with an empty segment", addressed("a//b", step1)],
    ["an address beyond its limit", addressed("x".repeat(600), step1)],
    ["an address that is no UTF-8", Uint8Array.of(1, 0xff, 3)],
  ])("C1: %s closes with 4400", async (_, message) => {
    const lab = createLab();
    const { socket, connection } = lab.dial({ path: "room" });
    connection.receive(message);
    await lab.clock.settle();
    expect(socket.closed?.code).toBe(4400);
  });

  it.each(["", "a//b", "%", "a%00b", "..", "a/../b", "%ff"])(
    "C1: a y-websocket path %j that names no room closes with 4400",
    async (path) => {
      const lab = createLab();
      const { socket, connection } = lab.dial({ path });
      connection.receive(step1);
      await lab.clock.settle();
      expect(socket.closed?.code).toBe(4400);
      expect(lab.meter.refusals).toEqual(["room-name"]);
    },
  );

  it.each(["constructor", "__proto__", "toString", "docs/ä ö"])(
    "C1: %j is an ordinary room",
    async (room) => {
      const lab = createLab();
      const [a, b] = [lab.yWebsocket(room), lab.hocuspocus(room)];
      await lab.clock.advance(100);
      type(a, "hello");
      await lab.clock.advance(100);
      expect([text(b), a.safe]).toEqual(["hello", true]);
      expect((await lab.stored(room)).getText("text").toString()).toBe("hello");
    },
  );

  it("C2: clients of both dialects converge, in every shared type and in awareness", async () => {
    const lab = createLab();
    const peers = [
      lab.yWebsocket("room", { awareness: { name: "Ada" } }),
      lab.hocuspocus("room", { awareness: { name: "Grace" } }),
    ] as const;
    await lab.clock.advance(100);
    for (const { doc } of peers) {
      doc.getText("text").insert(0, "text");
      doc.getText("text").format(0, 2, { bold: true });
      doc.getMap("map").set("key", { nested: [1, null, "x"] });
      doc.getArray("array").insert(0, [1, "two", new Y.Map([["three", 3]])]);
      const paragraph = new Y.XmlElement("p");
      paragraph.setAttribute("class", "intro");
      paragraph.insert(0, [new Y.XmlText("words")]);
      doc.getXmlFragment("default").insert(0, [paragraph]);
      await lab.clock.settle();
    }
    await lab.clock.advance(100);
    const [a, b] = peers.map(({ doc }) => doc);
    const content = (doc: Y.Doc | undefined): unknown => [
      doc?.getText("text").toDelta(),
      doc?.getMap("map").toJSON(),
      doc?.getArray("array").toJSON(),
      doc?.getXmlFragment("default").toString(),
    ];
    expect(content(a)).toEqual(content(b));
    expect(content(await lab.stored("room"))).toEqual(content(a));
    expect(a?.getXmlFragment("default").length).toBe(2);
    for (const { awareness } of peers) expect(awareness.getStates().size).toBe(2);
  });

  it("C3: with ?ack=1 a y-websocket client hears of it, without it does not", async () => {
    const lab = createLab();
    const [a, b] = [lab.yWebsocket("room"), lab.yWebsocket("room", { acknowledged: false })];
    for (let i = 0; i < 5; i++) {
      type(a, "a");
      type(b, "b");
      await lab.clock.advance(100);
    }
    expect([a.settled, a.count("settled") > 0]).toEqual([a.sent, true]);
    expect(new Set(b.received.map((message) => message.type))).toEqual(
      new Set(["step1", "step2", "update"]),
    );
  });

  it("C3: a Hocuspocus client is sent exactly one SyncStatus for each message", async () => {
    const lab = createLab();
    const peer = lab.hocuspocus("room");
    for (let i = 0; i < 10; i++) {
      type(peer, "x");
      await lab.clock.advance(i);
    }
    await lab.clock.advance(100);
    expect(peer.sent).toBe(11);
    expect(peer.statuses).toEqual(new Array(11).fill(true));
  });

  it("C3: also where some were refused in between, out of order", async () => {
    const lab = createLab({ edgeLimits: { maxMessageBytes: 500 } });
    const [peer, plain] = [lab.hocuspocus("room"), lab.yWebsocket("room")];
    await lab.clock.advance(100);
    const append = lab.store.hold("append");
    for (const each of [peer, plain]) {
      // Of a document each, so that no edit builds on the one that is refused.
      for (const length of [10, 600, 20]) each.send(clientMessage.update(largeEdit(length)));
    }
    await lab.clock.advance(100);
    // The refusals are known at once, the rest when it is durable.
    expect(peer.statuses.slice(1)).toEqual([false]);
    expect(plain.refused.map(({ number }) => number)).toEqual([3]);
    append();
    await lab.clock.advance(100);
    expect(peer.statuses.slice(1)).toEqual([false, true, true]);
    expect([peer.safe, plain.safe]).toEqual([true, true]);
  });

  it("C3: the answer to a question of ours makes no Hocuspocus client believe it is safe", async () => {
    const lab = createLab();
    const peer = lab.hocuspocus("room");
    await lab.clock.advance(2_000);
    // As after a move, when the new home lacks what the client had sent to the old one.
    peer.doc.transact(() => type(peer, "lost "), peer);
    const filled = lab.store.hold("append");
    type(peer, "builds on it ");
    await lab.clock.advance(100);
    expect([peer.count("step1"), peer.sent]).toEqual([2, 3]);
    const append = lab.store.hold("append");
    type(peer, "not safe yet ");
    filled();
    await lab.clock.advance(100);
    expect([peer.statuses.length, peer.unsynced]).toEqual([2, 1]);
    append();
    await lab.clock.advance(100);
    expect(peer.unsynced).toBe(0);
    expect((await lab.stored("room")).getText("text").toString()).toBe(text(peer));
  });

  it("C3: what builds on a refused edit is held back, and not asked for all the time", async () => {
    const lab = createLab({ edgeLimits: { maxMessageBytes: 500 } });
    const [peer, other] = [lab.hocuspocus("room"), lab.yWebsocket("room")];
    await lab.clock.advance(2_000);
    type(peer, "x".repeat(600));
    type(peer, "builds on it");
    for (let i = 0; i < 300; i++) {
      type(other, "x");
      await lab.clock.advance(1_000);
    }
    // Each question is answered by a SyncStep2 that is too large again.
    expect(peer.statuses.filter((durable) => durable)).toHaveLength(1);
    expect(peer.unsynced).toBeGreaterThan(0);
    expect(peer.count("step1")).toBeLessThan(15);
    expect(other.safe).toBe(true);
  });
});

describe("refusals", () => {
  const readers = (): Lab =>
    createLab({ authenticator: tokens({ r: identity({ access: "read" }), w: identity({}) }) });

  it("C4: a client that can be told is told, and stays", async () => {
    const lab = readers();
    const peers = [
      lab.yWebsocket("room", { token: "r" }),
      lab.hocuspocus("room", { token: "r" }),
    ] as const;
    await lab.clock.advance(100);
    for (const peer of peers) type(peer, "forged");
    await lab.clock.advance(100);
    const [plain, hocuspocus] = peers;
    expect(plain.refused).toHaveLength(1);
    expect(hocuspocus.statuses).toEqual([true, false]);
    expect([plain.closed, hocuspocus.closed]).toEqual([null, null]);
    expect(lab.meter.refusals).toEqual(["read-only", "read-only"]);
  });

  it("C4: one that cannot is closed, but not for its SyncStep2", async () => {
    const lab = readers();
    const writer = lab.yWebsocket("room", { token: "w" });
    await lab.clock.advance(100);
    type(writer, "real ");
    await lab.clock.advance(100);
    const reader = lab.yWebsocket("room", { token: "r", acknowledged: false });
    reader.doc.getText("text").insert(0, "written before it knew ");
    reader.disconnect();
    reader.connect();
    await lab.clock.advance(100);
    expect([reader.closed, text(reader).includes("real")]).toEqual([null, true]);
    type(reader, "forged");
    await lab.clock.advance(100);
    expect(reader.closed).toEqual({ code: 4403, reason: "read-only" });
    expect(text(writer)).toBe("real ");
  });

  it.each([
    ["a paragraph", (doc: Y.Doc) => doc.getXmlFragment("default").get(0) as unknown as Y.Text],
    ["a root type", (doc: Y.Doc) => doc.getText("root")],
  ])("C4: a reader is not closed for what Yjs tidies up in %s", async (_, marked) => {
    const lab = readers();
    const first = lab.yWebsocket("room", { token: "w", clientId: 1 });
    const writers = [first, lab.yWebsocket("room", { token: "w", clientId: 2 })];
    await lab.clock.advance(100);
    first.doc.getXmlFragment("default").insert(0, [new Y.XmlText("hello world")]);
    first.doc.getText("root").insert(0, "hello world");
    await lab.clock.advance(1_000);
    const plain = lab.yWebsocket("room", { token: "r", acknowledged: false });
    const others = [lab.yWebsocket("room", { token: "r" }), lab.hocuspocus("room", { token: "r" })];
    // As an editor does that shows it.
    for (const { doc } of [plain, ...others]) doc.getText("root");
    await lab.clock.advance(1_000);
    const before = plain.sent;
    for (const { doc } of writers) marked(doc).format(0, 5, { bold: true });
    await lab.clock.advance(1_000);
    expect(plain.sent).toBe(before + 1);
    for (const peer of [plain, ...others]) {
      expect(peer.closed).toBeNull();
      expect(marked(peer.doc).toDelta()).toEqual(marked(first.doc).toDelta());
    }
    // Nested types are tidied up here as well, so that those who can be told hear nothing bad.
    if (marked(first.doc) instanceof Y.XmlText) {
      expect(others.map((peer) => [peer.safe, peer.count("refused")])).toEqual([
        [true, 0],
        [true, 0],
      ]);
    }
  });

  it("C13: a message over maxMessageBytes is refused like that", async () => {
    const lab = createLab({ edgeLimits: { maxMessageBytes: 500 } });
    const [a, b] = [lab.yWebsocket("room"), lab.yWebsocket("room", { acknowledged: false })];
    const c = lab.hocuspocus("room");
    await lab.clock.advance(100);
    for (const peer of [a, b, c]) type(peer, "x".repeat(600));
    await lab.clock.advance(100);
    expect(a.refused).toEqual([{ type: "refused", number: 2, reason: "message too large" }]);
    expect(b.closed).toEqual({ code: 4413, reason: "message too large" });
    expect(c.statuses).toEqual([true, false]);
    // What was refused is settled, and a Hocuspocus client goes on counting it as not safe.
    expect([a.closed, c.closed, a.safe, c.unsynced]).toEqual([null, null, true, 1]);
    expect((await lab.stored("room")).getText("text").toString()).toBe("");
  });

  it("C13: if it is no update, it closes with 4413", async () => {
    const lab = createLab({ edgeLimits: { maxMessageBytes: 500 } });
    const peer = lab.yWebsocket("room");
    await lab.clock.advance(100);
    peer.send(clientMessage.awareness(new Uint8Array(600)));
    await lab.clock.advance(100);
    expect(peer.closed?.code).toBe(4413);
  });

  it.each([
    ["an unknown type", Uint8Array.of(42, 0)],
    ["an unknown sync message", Uint8Array.of(0, 7, 0)],
    ["a length beyond its end", Uint8Array.of(0, 2, 200, 1, 1)],
    ["an overlong varint", Uint8Array.of(0, 2, 0x82, 0, 0, 0)],
    ["something after its end", Uint8Array.of(0, 2, 2, 0, 0, 9)],
    ["a state vector that is none", Uint8Array.of(0, 0, 2, 5, 5)],
    ["an update that is none", Uint8Array.of(0, 2, 3, 1, 2, 3)],
    ["an update with a huge struct", clientMessage.update(fromHex("01ffffff0f0100"))],
    ["a client's word for the server", Uint8Array.of(80, 1)],
  ])("C8: %s closes with 4400 and says why; nobody else notices", async (_, message) => {
    const lab = createLab();
    const [a, b] = [lab.yWebsocket("room"), lab.hocuspocus("room")];
    const evil = lab.yWebsocket("room");
    await lab.clock.advance(100);
    type(a, "a");
    evil.sendRaw(message);
    type(b, "b");
    await lab.clock.advance(100);
    expect(evil.closed?.code).toBe(4400);
    expect(evil.closed?.reason).toMatch(/\w+ \w+/);
    expect(new TextEncoder().encode(evil.closed?.reason).length).toBeLessThanOrEqual(123);
    expect([a.closed, b.closed, a.safe, b.safe]).toEqual([null, null, true, true]);
    expect(text(a)).toBe(text(b));
    expect((await lab.stored("room")).getText("text").toString()).toBe(text(a));
  });
});

describe("tokens", () => {
  /** Answers when a test says so. */
  function slowAuthenticator(): {
    authenticator: { authenticate(): Promise<Identity> };
    answer: (result: Identity | Error) => void;
  } {
    const waiting: { resolve: (known: Identity) => void; reject: (error: Error) => void }[] = [];
    return {
      authenticator: {
        authenticate: () =>
          new Promise((resolve, reject) => {
            waiting.push({ resolve, reject });
          }),
      },
      answer(result) {
        for (const { resolve, reject } of waiting.splice(0)) {
          if (result instanceof Error) reject(result);
          else resolve(result);
        }
      },
    };
  }

  it("C5: what comes before the token was checked waits, and loses nothing", async () => {
    const { authenticator, answer } = slowAuthenticator();
    const lab = createLab({ authenticator });
    const [a, b] = [lab.yWebsocket("room"), lab.hocuspocus("room")];
    for (const peer of [a, b]) type(peer, "early ");
    await lab.clock.advance(5_000);
    expect(lab.host.load.rooms).toBe(0);
    answer(identity({}));
    await lab.clock.advance(100);
    expect([text(a), text(b)]).toEqual(["early early ", "early early "]);
    expect([a.safe, b.safe]).toEqual([true, true]);
  });

  it.each([
    ["messages", { maxQueuedMessages: 3 }],
    ["bytes", { maxQueuedBytes: 20 }],
  ])("C5: no more %s than that", async (_, edgeLimits) => {
    const { authenticator } = slowAuthenticator();
    const lab = createLab({ authenticator, edgeLimits });
    const { socket, connection } = lab.dial({ path: "room" });
    for (let i = 0; i < 3; i++) connection.receive(emptyUpdate);
    expect(socket.closed).toBeNull();
    for (let i = 0; i < 3; i++) connection.receive(emptyUpdate);
    expect(socket.closed?.code).toBe(4429);
  });

  it("C5: what one room's queue could not take does not count against the others", async () => {
    const lab = createLab({
      authenticator: tokens({ token: identity({}) }),
      edgeLimits: { maxQueuedBytes: 100 },
    });
    const line = lab.dial();
    const a = lab.hocuspocus("a", { line });
    await lab.clock.settle();
    for (let i = 0; i < 3; i++) {
      line.connection.receive(addressed(`b${i}`, clientMessage.update(largeEdit(80))));
      line.connection.receive(addressed(`b${i}`, clientMessage.update(largeEdit(80))));
    }
    await lab.clock.settle();
    const c = lab.hocuspocus("c", { line });
    type(c, "early");
    await lab.clock.settle();
    expect([a.closed, c.ended, c.safe, line.socket.closed]).toEqual([null, null, true, null]);
  });

  it("C5: a token that does not come in time gives 4401", async () => {
    const lab = createLab({ edgeLimits: { authTimeoutMs: 5_000 } });
    const [silent, speaking] = [lab.dial(), lab.dial()];
    speaking.connection.receive(addressed("room", step1));
    await lab.clock.advance(4_900);
    expect([silent.socket.closed, speaking.socket.closed]).toEqual([null, null]);
    await lab.clock.advance(1_200);
    expect([silent.socket.closed?.code, speaking.socket.closed?.code]).toEqual([4401, 4401]);
  });

  it("C5: a check that takes too long is not the client's fault: 1013", async () => {
    const { authenticator } = slowAuthenticator();
    const lab = createLab({ authenticator, edgeLimits: { authTimeoutMs: 5_000 } });
    const [a, b] = [lab.yWebsocket("room"), lab.hocuspocus("room")];
    await lab.clock.advance(6_200);
    expect([a.closed?.code, b.closed?.code]).toEqual([1013, 1013]);
  });

  const known = (): ReturnType<typeof tokens> =>
    tokens({ good: identity({}), other: identity({ rooms: ["other"] }) });

  it.each([
    ["missing", undefined, 4401],
    ["bad", "bad", 4401],
    ["for another room", "other", 4403],
  ])("C6: a token that is %s closes a y-websocket client", async (_, token, code) => {
    const lab = createLab({ authenticator: known() });
    const peer = lab.yWebsocket("room", token === undefined ? {} : { token });
    await lab.clock.settle();
    expect(peer.closed?.code).toBe(code);
    expect(lab.host.load.rooms).toBe(0);
    expect(lab.meter.refusals).toEqual([code === 4403 ? "forbidden" : "token"]);
  });

  it("C6: one that says nothing hears of its bad token too", async () => {
    const lab = createLab({ authenticator: known() });
    const { socket } = lab.dial({ path: "room", token: "bad" });
    await lab.clock.settle();
    expect(socket.closed?.code).toBe(4401);
  });

  it.each([
    ["bad", "bad"],
    ["for another room", "other"],
  ])(
    "C6: a token that is %s is denied to a Hocuspocus client, its other rooms go on",
    async (_, token) => {
      const lab = createLab({ authenticator: known() });
      const line = lab.dial();
      const first = lab.hocuspocus("first", { line, token: "good" });
      const second = lab.hocuspocus("second", { line, token });
      await lab.clock.settle();
      type(first, "fine");
      await lab.clock.advance(100);
      expect(second.denied).toEqual(expect.any(String));
      expect([first.denied, first.safe, line.socket.closed]).toEqual([null, true, null]);
      expect(lab.host.get(roomName("second"))).toBeNull();
      // Another token may follow.
      second.send(clientMessage.auth("good"));
      second.send(step1);
      await lab.clock.advance(100);
      expect([second.scope, second.synced]).toEqual(["read-write", true]);
    },
  );

  it("C6: keys that cannot be had close with 1013", async () => {
    const { authenticator, answer } = slowAuthenticator();
    const lab = createLab({ authenticator });
    const [a, b] = [lab.yWebsocket("room", { token: "t" }), lab.hocuspocus("room")];
    await lab.clock.settle();
    answer(new AuthError("UNAVAILABLE", "the keys cannot be fetched"));
    await lab.clock.settle();
    expect([a.closed?.code, b.closed?.code]).toEqual([1013, 1013]);
  });

  it("C6: so does an authenticator that fails unexpectedly, and it is logged", async () => {
    const { authenticator, answer } = slowAuthenticator();
    const lab = createLab({ authenticator });
    const peer = lab.hocuspocus("room");
    await lab.clock.settle();
    answer(new TypeError("a bug"));
    await lab.clock.settle();
    expect(peer.closed?.code).toBe(1013);
    expect(lab.logger.lines.some(({ level }) => level === "error")).toBe(true);
  });

  it("C6: a Hocuspocus client hears what it may do", async () => {
    const lab = createLab({
      authenticator: tokens({
        r: identity({ access: "read" }),
        c: identity({ access: "comment" }),
        w: identity({ access: "write" }),
        a: identity({ access: "admin" }),
      }),
    });
    const peers = ["r", "c", "w", "a"].map((token) => lab.hocuspocus("room", { token }));
    await lab.clock.settle();
    expect(peers.map(({ scope }) => scope)).toEqual([
      "readonly",
      "readonly",
      "read-write",
      "read-write",
    ]);
  });

  it("C7: a token that expires closes its session with 4401, to the second", async () => {
    const expiresAt = 1_700_000_000_000 + 10_000;
    const lab = createLab({ authenticator: { authenticate: () => identity({ expiresAt }) } });
    const [a, b] = [lab.yWebsocket("room"), lab.hocuspocus("room")];
    await lab.clock.advance(9_900);
    expect([a.closed, b.closed]).toEqual([null, null]);
    await lab.clock.advance(1_100);
    expect([a.closed?.code, b.closed?.code]).toEqual([4401, 4401]);
  });

  it("C7: a second token of the same rights prolongs a Hocuspocus session", async () => {
    const start = 1_700_000_000_000;
    const lab = createLab({
      authenticator: tokens({
        short: identity({ expiresAt: start + 5_000 }),
        long: identity({ expiresAt: start + 60_000 }),
      }),
    });
    const peer = lab.hocuspocus("room", { token: "short" });
    await lab.clock.advance(3_000);
    peer.send(clientMessage.auth("long"));
    await lab.clock.advance(20_000);
    expect(peer.closed).toBeNull();
    type(peer, "still here");
    await lab.clock.advance(100);
    expect(peer.safe).toBe(true);
  });

  it("a token that arrives after the connection is gone changes nothing", async () => {
    const { authenticator, answer } = slowAuthenticator();
    const lab = createLab({ authenticator });
    const [a, b] = [lab.yWebsocket("room", { token: "t" }), lab.hocuspocus("room")];
    await lab.clock.settle();
    for (const peer of [a, b]) peer.disconnect();
    await lab.clock.settle();
    answer(identity({}));
    await lab.clock.settle();
    expect(lab.host.load).toEqual({ rooms: 0, sessions: 0 });
  });
});

describe("rates and silence", () => {
  it("C9: more than maxMessagesPerSecond beyond the burst closes with 4429", async () => {
    const lab = createLab({ edgeLimits: { maxMessagesPerSecond: 100, burstSeconds: 2 } });
    const { socket, connection } = lab.dial({ path: "room" });
    for (let i = 0; i < 200; i++) connection.receive(emptyUpdate);
    expect(socket.closed).toBeNull();
    await lab.clock.advance(1_000);
    for (let i = 0; i < 100; i++) connection.receive(emptyUpdate);
    expect(socket.closed).toBeNull();
    connection.receive(emptyUpdate);
    expect(socket.closed?.code).toBe(4429);
    expect(lab.meter.refusals).toEqual(["rate"]);
  });

  it("C9: a long silence does not add to the burst", async () => {
    const lab = createLab({ edgeLimits: { maxMessagesPerSecond: 100, burstSeconds: 2 } });
    const { socket, connection } = lab.dial({ path: "room" });
    connection.receive(emptyUpdate);
    await lab.clock.advance(60_000);
    for (let i = 0; i < 200; i++) connection.receive(emptyUpdate);
    expect(socket.closed).toBeNull();
    connection.receive(emptyUpdate);
    expect(socket.closed?.code).toBe(4429);
  });

  it.each([
    ["a SyncStep1", step1],
    ["a SyncStep2", clientMessage.step2(Uint8Array.of(0, 0))],
    ["a question for the awareness", clientMessage.queryAwareness()],
  ])("C9: %s counts as a tenth of a second's messages", async (_, message) => {
    const lab = createLab({ edgeLimits: { maxMessagesPerSecond: 100, burstSeconds: 2 } });
    const { socket, connection } = lab.dial({ path: "room" });
    connection.receive(emptyUpdate);
    for (let i = 0; i < 19; i++) connection.receive(message);
    expect(socket.closed).toBeNull();
    connection.receive(message);
    expect(socket.closed?.code).toBe(4429);
  });

  it("C9: so does an update from a reader", async () => {
    const lab = createLab({
      authenticator: tokens({ r: identity({ access: "read" }) }),
      edgeLimits: { maxMessagesPerSecond: 100, burstSeconds: 2 },
    });
    const peer = lab.yWebsocket("room", { token: "r" });
    await lab.clock.advance(10_000);
    const { socket } = peer;
    for (let i = 0; i < 20; i++) peer.send(emptyUpdate);
    expect(socket.closed).toBeNull();
    peer.send(emptyUpdate);
    expect(socket.closed?.code).toBe(4429);
  });

  it("C9: so does a token", async () => {
    const lab = createLab({ edgeLimits: { maxMessagesPerSecond: 100, burstSeconds: 2 } });
    const { socket, connection } = lab.dial();
    for (let i = 0; i < 20; i++) connection.receive(addressed("room", clientMessage.auth("t")));
    expect(socket.closed).toBeNull();
    connection.receive(addressed("room", clientMessage.auth("t")));
    expect(socket.closed?.code).toBe(4429);
  });

  it("C12: who was sent nothing for keepAliveMs is sent an empty awareness update", async () => {
    const lab = createLab({ edgeLimits: { keepAliveMs: 12_000 } });
    const [a, b] = [lab.yWebsocket("room"), lab.hocuspocus("room")];
    await lab.clock.advance(500);
    for (const peer of [a, b]) peer.received = [];
    await lab.clock.advance(11_000);
    for (const peer of [a, b]) expect(peer.received).toEqual([]);
    await lab.clock.advance(3_000);
    for (const peer of [a, b]) {
      expect(peer.received).toEqual([{ type: "awareness", update: Uint8Array.of(0) }]);
    }
    await lab.clock.advance(120_000);
    // A stock client closes after 30 s without a word.
    expect(a.count("awareness")).toBeGreaterThanOrEqual(9);
    expect(a.count("awareness")).toBeLessThanOrEqual(11);
  });
});

describe("slow readers", () => {
  const limits = { edgeLimits: { softBufferBytes: 5_000, maxBufferBytes: 20_000 } };

  it("C10: a slow reader gets no awareness, then is closed with 4508; nobody waits", async () => {
    const lab = createLab(limits);
    const [slow, fast] = [lab.yWebsocket("room"), lab.hocuspocus("room")];
    const writer = lab.yWebsocket("room", { awareness: { cursor: 0 } });
    await lab.clock.advance(100);
    const { socket } = slow;
    socket.stall();
    for (let i = 0; i < 6; i++) {
      type(writer, "x".repeat(1_000));
      await lab.clock.advance(50);
    }
    expect(socket.buffered).toBeGreaterThan(5_000);
    const writes = socket.writes.length;
    for (let i = 0; i < 10; i++) {
      writer.awareness.setLocalState({ cursor: i });
      await lab.clock.advance(50);
    }
    expect(socket.writes).toHaveLength(writes);
    expect(fast.awareness.getStates().get(writer.doc.clientID)).toEqual({ cursor: 9 });
    // Nor any that it asks for.
    slow.send(clientMessage.queryAwareness());
    await lab.clock.advance(50);
    expect(socket.writes).toHaveLength(writes);
    for (let i = 0; i < 20; i++) {
      type(writer, "x".repeat(1_000));
      await lab.clock.advance(50);
    }
    expect(socket.closed?.code).toBe(4508);
    expect(lab.meter.slowReaders).toBe(1);
    expect([text(fast), fast.closed, writer.safe]).toEqual([text(writer), null, true]);
  });

  it("C10: its room is left at once, however long the closing handshake takes", async () => {
    const lab = createLab(limits);
    const slow = lab.yWebsocket("room", { awareness: { name: "slow" } });
    const writer = lab.yWebsocket("room");
    await lab.clock.advance(100);
    slow.socket.stall();
    slow.socket.closesAtOnce = false;
    for (let i = 0; i < 30; i++) type(writer, "x".repeat(1_000));
    await lab.clock.advance(1_000);
    const line = slow.socket;
    expect([line.closed?.code, line.ended]).toEqual([4508, false]);
    expect(lab.host.get(roomName("room"))?.sessions.count).toBe(1);
    expect(writer.awareness.getStates().size).toBe(0);
    line.finishClosing();
  });

  it("C10: a room that is deleted meanwhile is not kept by one that is being closed", async () => {
    const lab = createLab(limits);
    const slow = lab.yWebsocket("room");
    const writer = lab.yWebsocket("room");
    await lab.clock.advance(100);
    slow.socket.stall();
    slow.socket.closesAtOnce = false;
    for (let i = 0; i < 30; i++) type(writer, "x".repeat(1_000));
    await lab.clock.advance(100);
    const removal = lab.host.remove(roomName("room"));
    await lab.clock.settle();
    await removal;
    const newcomer = lab.yWebsocket("room");
    await lab.clock.advance(100);
    expect([newcomer.synced, text(newcomer)]).toEqual([true, ""]);
    slow.socket.finishClosing();
  });

  it("C10: the same for a socket that is found closed by a write", async () => {
    const lab = createLab();
    const gone = lab.yWebsocket("room", { awareness: { name: "gone" } });
    const writer = lab.yWebsocket("room");
    await lab.clock.advance(100);
    // The socket's owner has not been told yet.
    gone.socket.ended = true;
    type(writer, "x");
    await lab.clock.advance(100);
    expect(lab.host.get(roomName("room"))?.sessions.count).toBe(1);
    expect(lab.edge.connections).toBe(1);
  });

  it("C11: large states are sent as the socket drains", async () => {
    const lab = createLab({ ...limits, limits: { sliceBytes: 2_000 } });
    const writer = lab.yWebsocket("room");
    await lab.clock.advance(100);
    for (let i = 0; i < 300; i++) writer.doc.getMap("map").set(`key ${i}`, "x".repeat(100));
    await lab.clock.advance(100);
    const reader = lab.yWebsocket("room", { stalled: true });
    let most = 0;
    for (let i = 0; i < 100 && !reader.synced; i++) {
      await lab.clock.advance(10);
      most = Math.max(most, reader.socket.buffered);
      reader.socket.drain(false);
    }
    await lab.clock.advance(10);
    expect(reader.synced).toBe(true);
    expect(reader.doc.getMap("map").toJSON()).toEqual(writer.doc.getMap("map").toJSON());
    expect(most).toBeGreaterThan(2_000);
    expect(most).toBeLessThan(5_000 + 2_500);
  });

  it("C11: one that reads nothing and asks again and again makes us keep one answer", async () => {
    const lab = createLab({
      edgeLimits: { softBufferBytes: 5_000, maxBufferBytes: 500_000 },
      limits: { sliceBytes: 2_000 },
    });
    const writer = lab.yWebsocket("room");
    await lab.clock.advance(100);
    for (let i = 0; i < 50; i++) writer.doc.getMap("map").set(`old ${i}`, "x".repeat(1_000));
    await lab.clock.advance(100);
    const reader = lab.yWebsocket("room", { stalled: true });
    for (let i = 0; i < 50; i++) {
      writer.doc.getMap("map").set(`new ${i}`, "x".repeat(1_000));
      await lab.clock.advance(10);
      reader.send(step1);
    }
    reader.socket.drain();
    await lab.clock.advance(100);
    // The one that was under way, and the one that was asked for last.
    expect(reader.count("step2")).toBe(2);
    expect(reader.doc.getMap("map").toJSON()).toEqual(writer.doc.getMap("map").toJSON());
  });

  it("C14: those who speak alike are written the same buffer", async () => {
    const lab = createLab();
    const plain = [1, 2, 3].map(() => lab.yWebsocket("room", { acknowledged: false }));
    const named = [1, 2].map(() => lab.hocuspocus("room"));
    const writer = lab.yWebsocket("room", { awareness: { x: 1 } });
    await lab.clock.advance(1_000);
    const since = new Map<Peer, number>(
      [...plain, ...named].map((peer) => [peer, peer.socket.writes.length]),
    );
    type(writer, "x");
    await lab.clock.settle();
    writer.awareness.setLocalState({ x: 2 });
    await lab.clock.advance(100);
    const written = (peer: Peer): Uint8Array[] => peer.socket.writes.slice(since.get(peer));
    for (const group of [plain, named]) {
      const [first, ...others] = group.map((peer) => written(peer));
      // The last is an echo of awareness that nobody relays.
      expect(first?.length).toBeGreaterThanOrEqual(2);
      for (const other of others) {
        expect(other[0]).toBe(first?.[0]);
        expect(other[1]).toBe(first?.[1]);
      }
    }
  });
});

describe("closing", () => {
  it("C15: everybody is closed with 1012, and whoever comes later", async () => {
    const lab = createLab();
    const peers = [lab.yWebsocket("a"), lab.hocuspocus("b"), lab.yWebsocket("a")];
    const silent = lab.dial();
    await lab.clock.settle();
    lab.edge.close();
    const late = lab.yWebsocket("a");
    await lab.clock.settle();
    expect([...peers, late].map((peer) => peer.closed?.code)).toEqual([1012, 1012, 1012, 1012]);
    expect(silent.socket.closed?.code).toBe(1012);
    expect(lab.edge.connections).toBe(0);
    expect(lab.host.load.sessions).toBe(0);
  });

  it("nothing that comes after the closing is heard", async () => {
    const lab = createLab();
    const peer = lab.yWebsocket("room");
    await lab.clock.settle();
    peer.socket.closesAtOnce = false;
    lab.edge.close();
    type(peer, "too late");
    await lab.clock.advance(100);
    expect((await lab.stored("room")).getText("text").toString()).toBe("");
    peer.socket.finishClosing();
  });
});

describe("several rooms on a socket", () => {
  it("C16: they are independent of each other", async () => {
    const lab = createLab();
    const line = lab.dial();
    const rooms = ["a", "b", "c"].map((room) => lab.hocuspocus(room, { line }));
    const other = lab.yWebsocket("b");
    await lab.clock.settle();
    for (const peer of rooms) type(peer, peer.room);
    await lab.clock.advance(100);
    expect(text(other)).toBe("b");
    expect(rooms.map(text)).toEqual(["a", "b", "c"]);
    expect(rooms.every((peer) => peer.safe)).toBe(true);
  });

  it("C16: two sessions in one room are two clients", async () => {
    const lab = createLab();
    const line = lab.dial();
    const [a, b] = ["1", "2"].map((session) => lab.hocuspocus("room", { line, session }));
    await lab.clock.settle();
    type(a as Peer, "x");
    await lab.clock.advance(100);
    expect(text(b as Peer)).toBe("x");
    expect(lab.host.load).toEqual({ rooms: 1, sessions: 2 });
  });

  it.each([
    ["a deletion", 4404, (lab: Lab) => lab.host.remove(roomName("a"))],
    [
      "a malformed update",
      4400,
      (_: Lab, peer: Peer) => peer.send(clientMessage.update(Uint8Array.of(1, 2, 3))),
    ],
  ])("C16: %s ends one room's session only", async (_, __, cause) => {
    const lab = createLab();
    const line = lab.dial();
    const [a, b] = [lab.hocuspocus("a", { line }), lab.hocuspocus("b", { line })];
    await lab.clock.settle();
    const done = cause(lab, a);
    await lab.clock.settle();
    await done;
    expect([a.ended, b.ended, line.socket.closed]).toEqual([expect.any(String), null, null]);
    type(b, "fine");
    await lab.clock.advance(100);
    expect(b.safe).toBe(true);
  });

  it("C16: what an ended client still says does not bring its other rooms down", async () => {
    const lab = createLab({ edgeLimits: { authTimeoutMs: 5_000 } });
    const line = lab.dial();
    const [a, b] = [lab.hocuspocus("a", { line }), lab.hocuspocus("b", { line })];
    await lab.clock.settle();
    const removal = lab.host.remove(roomName("a"));
    await lab.clock.settle();
    await removal;
    type(a, "in flight");
    await lab.clock.advance(10_000);
    type(b, "fine");
    await lab.clock.advance(100);
    expect([b.safe, b.ended, line.socket.closed]).toEqual([true, null, null]);
  });

  it("C16: a client that leaves one room keeps the others", async () => {
    const lab = createLab();
    const line = lab.dial();
    const [a, b] = [lab.hocuspocus("a", { line }), lab.hocuspocus("b", { line })];
    await lab.clock.settle();
    a.send(clientMessage.close());
    await lab.clock.settle();
    expect(lab.host.get(roomName("a"))?.sessions.count).toBe(0);
    type(b, "fine");
    await lab.clock.advance(100);
    expect(b.safe).toBe(true);
  });

  it("C16: no more than maxRoomsPerSocket", async () => {
    const lab = createLab({ edgeLimits: { maxRoomsPerSocket: 3 } });
    const line = lab.dial();
    for (const room of ["a", "b", "c"]) lab.hocuspocus(room, { line });
    await lab.clock.settle();
    expect(line.socket.closed).toBeNull();
    line.connection.receive(addressed("d", clientMessage.auth("token")));
    expect(line.socket.closed?.code).toBe(4429);
  });

  it("P3: answers carry the identical address", async () => {
    const lab = createLab();
    const line = lab.dial();
    const heard: (string | null)[] = [];
    line.socket.onMessage((bytes) => heard.push(readServerMessage(bytes, true).address));
    line.connection.receive(addressed("room\0session", clientMessage.auth("token")));
    line.connection.receive(addressed("room\0session", step1));
    await lab.clock.settle();
    expect(heard).toEqual(["room\0session", "room\0session", "room\0session"]);
  });
});

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, "hex"));
}

function largeEdit(length: number): Uint8Array {
  const doc = new Y.Doc();
  doc.getText("text").insert(0, "x".repeat(length));
  return Y.encodeStateAsUpdate(doc);
}
