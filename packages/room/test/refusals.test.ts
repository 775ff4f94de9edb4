import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { createLab, identity, type Lab, tokens } from "./harness/lab.js";
import { clientMessage } from "./harness/messages.js";
import { text, write } from "./harness/room.js";

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
    for (const peer of peers) write(peer, "forged");
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
    write(writer, "real ");
    await lab.clock.advance(100);
    const reader = lab.yWebsocket("room", { token: "r", acknowledged: false });
    reader.doc.getText("text").insert(0, "written before it knew ");
    reader.disconnect();
    reader.connect();
    await lab.clock.advance(100);
    expect([reader.closed, text(reader).includes("real")]).toEqual([null, true]);
    write(reader, "forged");
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
    for (const peer of [a, b, c]) write(peer, "x".repeat(600));
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
    write(a, "a");
    evil.sendRaw(message);
    write(b, "b");
    await lab.clock.advance(100);
    expect(evil.closed?.code).toBe(4400);
    expect(evil.closed?.reason).toMatch(/\w+ \w+/);
    expect(new TextEncoder().encode(evil.closed?.reason).length).toBeLessThanOrEqual(123);
    expect([a.closed, b.closed, a.safe, b.safe]).toEqual([null, null, true, true]);
    expect(text(a)).toBe(text(b));
    expect((await lab.stored("room")).getText("text").toString()).toBe(text(a));
  });
});

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, "hex"));
}
