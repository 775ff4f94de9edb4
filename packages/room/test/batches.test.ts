import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { createLab } from "./harness/lab.js";
import { clientMessage } from "./harness/messages.js";
import { settledIn, text, updatesIn, write } from "./harness/room.js";

describe("batches", () => {
  it("M1: in a quiet room an edit goes out in the same turn of the event loop", async () => {
    const lab = createLab();
    const [a, b] = await settledIn(lab);
    const before = b.socket.writes.length;
    write(a, "x");
    lab.clock.turn();
    expect(b.socket.writes).toHaveLength(before + 1);
  });

  it("M1: in a busy room edits gather for flushIntervalMs and go out as one", async () => {
    const lab = createLab({ limits: { flushIntervalMs: 8 } });
    const [a, b, c] = await settledIn(lab);
    write(a, "1 ");
    await lab.clock.settle();
    expect(updatesIn(c)).toHaveLength(1);
    write(a, "2 ");
    await lab.clock.advance(4);
    write(b, "3 ");
    await lab.clock.advance(3);
    expect(updatesIn(c)).toHaveLength(1);
    await lab.clock.advance(1);
    expect(updatesIn(c)).toHaveLength(2);
    expect(text(c).split(" ").sort()).toEqual(["", "1", "2", "3"]);
    expect(lab.meter.transactions).toBe(2);
  });

  it("M1: more than 512 edits are taken in several turns, one after the other", async () => {
    const lab = createLab();
    const [a, b] = await settledIn(lab);
    for (let nth = 0; nth < 1_100; nth++) write(a, "x");
    await lab.clock.settle();
    expect(lab.meter.transactions).toBe(2);
    await lab.clock.advance(8);
    expect(lab.meter.transactions).toBe(3);
    expect(text(b)).toBe("x".repeat(1_100));
  });

  it("M2: what is journaled and broadcast is what Yjs emitted, not the client's bytes", async () => {
    const lab = createLab();
    const [a, b] = await settledIn(lab);
    write(a, "known ");
    await lab.clock.advance(100);
    const appends = lab.store.batches.length;
    b.received = [];
    const doc = new Y.Doc();
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(a.doc));
    doc.getText("text").insert(0, "new ");
    const bloated = Y.encodeStateAsUpdate(doc);
    a.send(clientMessage.update(bloated));
    await lab.clock.advance(100);
    const [broadcast] = updatesIn(b);
    expect(broadcast?.length).toBeLessThan(bloated.length);
    expect(lab.store.batches.slice(appends).flat()[0]?.updates).toEqual([broadcast]);
    expect(text(b)).toBe("new known ");
  });

  it("M3: whoever sent all of a batch is not sent it back", async () => {
    const lab = createLab();
    const [a, b, c] = await settledIn(lab);
    write(a, "1 ");
    write(a, "2 ");
    await lab.clock.advance(100);
    expect([a, b, c].map((peer) => updatesIn(peer).length)).toEqual([0, 1, 1]);
  });

  it("M3: everybody is sent a batch of several", async () => {
    const lab = createLab();
    const [a, b, c] = await settledIn(lab);
    write(a, "1 ");
    write(b, "2 ");
    await lab.clock.advance(100);
    expect([a, b, c].map((peer) => updatesIn(peer).length)).toEqual([1, 1, 1]);
    expect(new Set([a, b, c].map(text)).size).toBe(1);
  });

  it("M3: what Yjs tidies up after an edit reaches its sender too", async () => {
    const lab = createLab();
    const [a, b] = await settledIn(lab);
    a.doc.getXmlFragment("default").insert(0, [new Y.XmlText("hello world")]);
    await lab.clock.advance(100);
    for (const peer of [a, b]) {
      (peer.doc.getXmlFragment("default").get(0) as Y.XmlText).format(0, 5, { bold: true });
      await lab.clock.settle();
    }
    await lab.clock.advance(100);
    const [x, y] = [Y.encodeStateAsUpdate(a.doc), Y.encodeStateAsUpdate(b.doc)];
    expect(x).toEqual(y);
    expect(Y.encodeStateAsUpdate(await lab.stored("room"))).toEqual(x);
  });

  it("M9: a session that leaves right after an edit has made it", async () => {
    const lab = createLab();
    const [a, b] = await settledIn(lab);
    write(a, "last words");
    a.disconnect();
    await lab.clock.advance(100);
    expect(text(b)).toBe("last words");
    expect((await lab.stored("room")).getText("text").toString()).toBe("last words");
  });

  it("M9: so has one that is closed right after, and one that left while the room loaded", async () => {
    const lab = createLab();
    const open = lab.store.hold("open");
    const [a, b, c] = [lab.yWebsocket("room"), lab.yWebsocket("room"), lab.yWebsocket("room")];
    write(a, "a");
    a.sendRaw(Uint8Array.of(99));
    write(b, "b");
    b.disconnect();
    await lab.clock.settle();
    expect(a.closed?.code).toBe(4400);
    open();
    await lab.clock.advance(100);
    expect(["ab", "ba"]).toContain(text(c));
  });
});
