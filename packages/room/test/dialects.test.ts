import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { createLab, roomName } from "./harness/lab.js";
import { addressed, clientMessage } from "./harness/messages.js";
import { text, write } from "./harness/room.js";

const step1 = clientMessage.step1(Uint8Array.of(0));

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
      write(a, "hello");
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
      write(a, "a");
      write(b, "b");
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
      write(peer, "x");
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
    peer.doc.transact(() => write(peer, "lost "), peer);
    const filled = lab.store.hold("append");
    write(peer, "builds on it ");
    await lab.clock.advance(100);
    expect([peer.count("step1"), peer.sent]).toEqual([2, 3]);
    const append = lab.store.hold("append");
    write(peer, "not safe yet ");
    filled();
    await lab.clock.advance(100);
    expect([peer.statuses.length, peer.unsynced]).toEqual([2, 1]);
    append();
    await lab.clock.advance(100);
    expect(peer.unsynced).toBe(0);
    expect((await lab.stored("room")).getText("text").toString()).toBe(text(peer));
  });

  it("C3: what a Hocuspocus client wrote while away is safe with one SyncStatus", async () => {
    const lab = createLab();
    const peer = lab.hocuspocus("room");
    write(peer, "before ");
    await lab.clock.advance(2_000);
    peer.disconnect();
    for (const word of ["some ", "words ", "away "]) write(peer, word);
    // Deletes alone name no clock of their own.
    peer.doc.getText("text").delete(0, 2);
    write(peer, "and more ");
    const append = lab.store.hold("append");
    peer.connect();
    await lab.clock.advance(100);
    write(peer, "not safe yet ");
    const later = lab.store.hold("append");
    append();
    await lab.clock.advance(100);
    expect([peer.sent, peer.statuses.length, peer.unsynced]).toEqual([7, 1, 1]);
    later();
    await lab.clock.advance(200);
    expect([peer.statuses.length, peer.unsynced]).toEqual([2, 0]);
    expect((await lab.stored("room")).getText("text").toString()).toBe(text(peer));
  });

  it("C3: an edit that is made before the server has said anything counts", async () => {
    const lab = createLab();
    const load = lab.store.hold("open");
    const peer = lab.hocuspocus("room");
    write(peer, "first ");
    peer.doc.getText("text").delete(0, 1);
    expect(peer.unsynced).toBe(3);
    load();
    await lab.clock.advance(200);
    // Deletes alone may as well be of those that the client does not count, until it is quiet.
    expect([peer.statuses.length, peer.unsynced]).toEqual([2, 1]);
    await lab.clock.advance(7_000);
    expect([peer.statuses.length, peer.unsynced]).toEqual([3, 0]);
  });

  it("C3: a SyncStep1 in between begins the count of a Hocuspocus client again", async () => {
    const lab = createLab();
    const peer = lab.hocuspocus("room");
    await lab.clock.advance(2_000);
    const append = lab.store.hold("append");
    write(peer, "one ");
    write(peer, "two ");
    // What `forceSyncInterval` of the stock provider does.
    peer.resync();
    await lab.clock.advance(100);
    append();
    await lab.clock.advance(1_000);
    expect([peer.statuses.length, peer.unsynced]).toEqual([2, 0]);
    write(peer, "three ");
    await lab.clock.advance(1_000);
    expect([peer.statuses.length, peer.unsynced]).toEqual([3, 0]);
  });

  it("C3: what builds on a refused edit is held back, and not asked for all the time", async () => {
    const lab = createLab({ edgeLimits: { maxMessageBytes: 500 } });
    const [peer, other] = [lab.hocuspocus("room"), lab.yWebsocket("room")];
    await lab.clock.advance(2_000);
    write(peer, "x".repeat(600));
    write(peer, "builds on it");
    for (let i = 0; i < 300; i++) {
      write(other, "x");
      await lab.clock.advance(1_000);
    }
    // Each question is answered by a SyncStep2 that is too large again.
    expect(peer.statuses.filter((durable) => durable)).toHaveLength(1);
    expect(peer.unsynced).toBeGreaterThan(0);
    expect(peer.count("step1")).toBeLessThan(15);
    expect(other.safe).toBe(true);
  });
});

function largeEdit(length: number): Uint8Array {
  const doc = new Y.Doc();
  doc.getText("text").insert(0, "x".repeat(length));
  return Y.encodeStateAsUpdate(doc);
}
