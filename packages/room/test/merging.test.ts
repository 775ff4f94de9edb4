import { describe, expect, it, onTestFinished, vi } from "vitest";
import * as Y from "yjs";
import { RoomDocument } from "../src/home/document.js";
import { StoreError } from "../src/store.js";
import { createLab, everybody, identity, type Lab, tokens } from "./harness/lab.js";
import { clientMessage } from "./harness/messages.js";
import type { Peer, YWebsocketPeer } from "./harness/peer.js";
import { edit, nest, nestedArrays, poison } from "./harness/updates.js";

const text = (peer: Peer): string => peer.doc.getText("text").toString();
const type = (peer: Peer, words: string): void => peer.doc.getText("text").insert(0, words);
const updatesIn = (peer: Peer): Uint8Array[] =>
  peer.received.flatMap((message) => (message.type === "update" ? [message.update] : []));

/** Clients that have been in the room for longer than any of its intervals. */
async function settledIn(lab: Lab, count = 3, room = "room"): Promise<YWebsocketPeer[] & Trio> {
  const peers = Array.from({ length: count }, (_, i) =>
    lab.yWebsocket(room, { clientId: 100 + i }),
  );
  await lab.clock.advance(2_000);
  for (const peer of peers) peer.received = [];
  return peers as YWebsocketPeer[] & Trio;
}

type Trio = readonly [YWebsocketPeer, YWebsocketPeer, YWebsocketPeer];

const writers = (...names: string[]): Parameters<typeof createLab>[0] => ({
  authenticator: tokens({
    reader: identity({ access: "read" }),
    ...Object.fromEntries(names.map((name) => [name, identity({ access: "write" })])),
  }),
});

describe("batches", () => {
  it("M1: in a quiet room an edit goes out in the same turn of the event loop", async () => {
    const lab = createLab();
    const [a, b] = await settledIn(lab);
    const before = b.socket.writes.length;
    type(a, "x");
    lab.clock.turn();
    expect(b.socket.writes).toHaveLength(before + 1);
  });

  it("M1: in a busy room edits gather for flushIntervalMs and go out as one", async () => {
    const lab = createLab({ limits: { flushIntervalMs: 8 } });
    const [a, b, c] = await settledIn(lab);
    type(a, "1 ");
    await lab.clock.settle();
    expect(updatesIn(c)).toHaveLength(1);
    type(a, "2 ");
    await lab.clock.advance(4);
    type(b, "3 ");
    await lab.clock.advance(3);
    expect(updatesIn(c)).toHaveLength(1);
    await lab.clock.advance(1);
    expect(updatesIn(c)).toHaveLength(2);
    expect(text(c).split(" ").sort()).toEqual(["", "1", "2", "3"]);
    expect(lab.meter.transactions).toBe(2);
  });

  it("M2: what is journaled and broadcast is what Yjs emitted, not the client's bytes", async () => {
    const lab = createLab();
    const [a, b] = await settledIn(lab);
    type(a, "known ");
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
    type(a, "1 ");
    type(a, "2 ");
    await lab.clock.advance(100);
    expect([a, b, c].map((peer) => updatesIn(peer).length)).toEqual([0, 1, 1]);
  });

  it("M3: everybody is sent a batch of several", async () => {
    const lab = createLab();
    const [a, b, c] = await settledIn(lab);
    type(a, "1 ");
    type(b, "2 ");
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
    type(a, "last words");
    a.disconnect();
    await lab.clock.advance(100);
    expect(text(b)).toBe("last words");
    expect((await lab.stored("room")).getText("text").toString()).toBe("last words");
  });

  it("M9: so has one that is closed right after, and one that left while the room loaded", async () => {
    const lab = createLab();
    const open = lab.store.hold("open");
    const [a, b, c] = [lab.yWebsocket("room"), lab.yWebsocket("room"), lab.yWebsocket("room")];
    type(a, "a");
    a.sendRaw(Uint8Array.of(99));
    type(b, "b");
    b.disconnect();
    await lab.clock.settle();
    expect(a.closed?.code).toBe(4400);
    open();
    await lab.clock.advance(100);
    expect(["ab", "ba"]).toContain(text(c));
  });
});

describe("gaps", () => {
  /** Two edits, the second of which builds on the first. */
  function twoEdits(): { doc: Y.Doc; first: Uint8Array; second: Uint8Array } {
    const doc = new Y.Doc();
    const first = edit(doc, () => doc.getText("text").insert(0, "first "));
    const second = edit(doc, () => doc.getText("text").insert(6, "second "));
    return { doc, first, second };
  }

  const asked = (peer: Peer): number => peer.count("step1");

  it("M4: the sender of a gap is asked at once, and nothing of it is kept", async () => {
    const lab = createLab();
    const [a, b] = await settledIn(lab);
    const { doc, second } = twoEdits();
    a.send(clientMessage.update(second));
    await lab.clock.settle();
    expect(asked(a)).toBe(1);
    expect(asked(b)).toBe(0);
    const joined = lab.yWebsocket("room");
    await lab.clock.settle();
    expect(joined.doc.store.pendingStructs).toBeNull();
    a.send(clientMessage.step2(Y.encodeStateAsUpdate(doc)));
    await lab.clock.advance(100);
    expect(text(b)).toBe("first second ");
  });

  it("M4: a client that lacks it itself is not asked for ever", async () => {
    const lab = createLab();
    const [a] = await settledIn(lab);
    a.send(clientMessage.update(twoEdits().second));
    await lab.clock.advance(60_000);
    // It answers each question with what it has, which is nothing.
    expect(asked(a)).toBe(1);
  });

  it("M4: nor is one whose answer builds on the same gap again", async () => {
    const lab = createLab();
    const [a] = await settledIn(lab);
    const { second } = twoEdits();
    a.send(clientMessage.update(second));
    for (let second_ = 0; second_ < 20; second_++) {
      await lab.clock.advance(1_000);
      a.send(clientMessage.step2(second));
    }
    await lab.clock.advance(5_000);
    expect(asked(a)).toBe(1);
  });

  it("M4: it is asked again once the document has changed, ever more seldom", async () => {
    const lab = createLab({ limits: { askAgainMs: 5_000 } });
    const [a, b] = await settledIn(lab);
    await lab.clock.advance(5_000);
    a.socket.stall();
    a.send(clientMessage.update(twoEdits().second));
    await lab.clock.advance(10_000);
    for (let i = 0; i < 11; i++) {
      type(b, "x");
      await lab.clock.advance(1_000);
    }
    await lab.clock.advance(20_000);
    a.socket.drain();
    await lab.clock.settle();
    // At once; not while nothing changes; with the first change, and then after 10 s and 20 s more.
    expect(asked(a)).toBe(4);
  });

  it("M4: a gap that another client fills can be filled then", async () => {
    const lab = createLab();
    const [a, b] = await settledIn(lab);
    const { first, second } = twoEdits();
    Y.applyUpdate(a.doc, second);
    a.socket.stall();
    a.send(clientMessage.update(second));
    await lab.clock.advance(100);
    Y.applyUpdate(b.doc, first);
    await lab.clock.advance(5_000);
    expect(a.settled).toBeLessThan(a.sent);
    a.socket.drain();
    await lab.clock.advance(100);
    expect([text(a), text(b)]).toEqual(["first second ", "first second "]);
    expect(a.safe).toBe(true);
  });

  it("M4: a gap right after a SyncStep2 is asked for at once, too", async () => {
    const lab = createLab();
    const a = lab.yWebsocket("room");
    await lab.clock.advance(50);
    a.received = [];
    const { doc, second } = twoEdits();
    a.send(clientMessage.update(second));
    await lab.clock.settle();
    expect(asked(a)).toBe(1);
    a.send(clientMessage.step2(Y.encodeStateAsUpdate(doc)));
    await lab.clock.advance(50);
    expect((await lab.stored("room")).getText("text").toString()).toBe("first second ");
  });
});

describe("hostile updates", () => {
  it("M5: the sender of a poison is closed, the rest of its batch is applied", async () => {
    const lab = createLab();
    const [a, b, evil] = await settledIn(lab);
    const [harmless, poisonous] = poison(9);
    evil.send(clientMessage.update(harmless));
    await lab.clock.advance(100);
    type(a, "a ");
    evil.send(clientMessage.update(poisonous));
    type(b, "b ");
    await lab.clock.advance(100);
    expect(evil.closed).toEqual({ code: 4400, reason: "update does not apply" });
    expect(lab.meter.refusals).toEqual(["poison"]);
    expect([a.closed, b.closed, a.safe, b.safe]).toEqual([null, null, true, true]);
    expect(text(a).split(" ").sort()).toEqual(["", "a", "b"]);
    expect(text(b)).toBe(text(a));
    await lab.restart();
    const later = lab.yWebsocket("room");
    await lab.clock.settle();
    expect(text(later)).toBe(text(a));
    for (const peer of [a, b, later]) expect(peer.doc.getText("t").toString()).toBe("");
  });

  it("M5: edits that come while the suspects are tried one by one are applied after them", async () => {
    const lab = createLab();
    const [a, b, evil] = await settledIn(lab);
    for (const update of poison(9)) evil.send(clientMessage.update(update));
    // Each suspect has a turn of its own, so that other rooms have theirs in between.
    lab.clock.turn();
    type(a, "meanwhile");
    const joining = lab.yWebsocket("room");
    expect([evil.socket.closed, text(b)]).toEqual([null, ""]);
    await lab.clock.advance(100);
    expect(evil.closed?.code).toBe(4400);
    expect([text(b), text(joining), a.safe]).toEqual(["meanwhile", "meanwhile", true]);
    expect(joining.doc.getText("t").toString()).toBe("");
  });

  it("M5: nor does anybody notice while the store is away", async () => {
    const lab = createLab();
    const [a, b, evil] = await settledIn(lab);
    for (const operation of ["append", "open", "compact"] as const) {
      lab.store.fail(operation, () => new StoreError("UNAVAILABLE", "not now"));
    }
    type(a, "accepted ");
    a.disconnect();
    await lab.clock.advance(100);
    for (const update of poison(9)) evil.send(clientMessage.update(update));
    await lab.clock.advance(1_000);
    type(b, "afterwards ");
    await lab.clock.advance(1_000);
    expect([b.closed, evil.closed?.code]).toEqual([null, 4400]);
    expect(text(b)).toBe("afterwards accepted ");
    lab.store.heal();
    await lab.clock.advance(10_000);
    expect((await lab.stored("room")).getText("text").toString()).toBe("afterwards accepted ");
    expect(b.safe).toBe(true);
  });

  it("M5: what was accepted and is not yet durable survives the rebuilding", async () => {
    const lab = createLab();
    const [a, evil] = await settledIn(lab);
    const append = lab.store.hold("append");
    type(a, "waits for the store");
    await lab.clock.advance(100);
    for (const update of poison(9)) evil.send(clientMessage.update(update));
    await lab.clock.advance(100);
    const joined = lab.yWebsocket("room");
    await lab.clock.advance(100);
    expect(text(joined)).toBe("waits for the store");
    expect(a.safe).toBe(false);
    append();
    await lab.clock.advance(100);
    expect(a.safe).toBe(true);
    expect((await lab.stored("room")).getText("text").toString()).toBe("waits for the store");
  });

  it("M5: a snapshot that falls on a waiting poison does not store it", async () => {
    const lab = createLab({ ...writers("writer"), limits: { restAfterMs: 5_000 } });
    const a = lab.yWebsocket("room", { token: "writer" });
    const evil = lab.yWebsocket("room", { token: "writer" });
    const reader = lab.yWebsocket("room", { token: "reader" });
    await lab.clock.settle();
    const [harmless, poisonous] = poison(9);
    evil.send(clientMessage.update(harmless));
    await lab.clock.advance(100);
    type(a, "good");
    // The document has been idle for long enough at 5,100 and rests at the next tick, at 6,000.
    // Something that changes nothing is merged shortly before, so that the poison has to wait.
    await lab.clock.advance(5_898);
    reader.send(clientMessage.step2(Uint8Array.of(0, 0)));
    await lab.clock.settle();
    evil.send(clientMessage.update(poisonous));
    await lab.clock.advance(5_000);
    expect(evil.closed?.code).toBe(4400);
    const stored = await lab.stored("room");
    expect(stored.getText("text").toString()).toBe("good");
    expect(stored.getText("t").toString()).toBe("");
    expect(Y.encodeStateAsUpdate(stored)).toEqual(Y.encodeStateAsUpdate(a.doc));
  });

  it("M5: however much poison a session has sent, the room is built again for it once", async () => {
    const lab = createLab();
    const [a, b, evil] = await settledIn(lab);
    for (let i = 0; i < 10; i++) evil.send(clientMessage.update(poison(20 + 2 * i)[0]));
    await lab.clock.advance(100);
    const restored = vi.spyOn(RoomDocument.prototype, "restored");
    onTestFinished(() => restored.mockRestore());
    type(a, "a ");
    for (let i = 0; i < 10; i++) evil.send(clientMessage.update(poison(20 + 2 * i)[1]));
    type(b, "b ");
    await lab.clock.advance(100);
    // For the batch as a whole, and then for the one that was found.
    expect(restored).toHaveBeenCalledTimes(2);
    expect(text(a).split(" ").sort()).toEqual(["", "a", "b"]);
    expect([evil.closed?.code, a.closed, b.closed]).toEqual([4400, null, null]);
  });

  it("M5: one of several in a batch is found, and nobody else is closed", async () => {
    const lab = createLab();
    const peers = await settledIn(lab, 8);
    const evil = peers.filter((_, i) => i % 3 === 1);
    for (const [i, peer] of evil.entries()) {
      peer.send(clientMessage.update(poison(20 + 2 * i)[0]));
    }
    await lab.clock.advance(100);
    for (const [i, peer] of peers.entries()) {
      if (!evil.includes(peer)) type(peer, `${i} `);
      else peer.send(clientMessage.update(poison(20 + 2 * evil.indexOf(peer))[1]));
    }
    await lab.clock.advance(100);
    expect(peers.map((peer) => peer.closed?.code ?? null)).toEqual(
      peers.map((peer) => (evil.includes(peer) ? 4400 : null)),
    );
    for (const peer of peers.filter((each) => !evil.includes(each))) {
      expect(text(peer).split(" ").sort()).toEqual(["", "0", "2", "3", "5", "6"]);
    }
  });

  it.each([
    ["one update", [nestedArrays(101)]],
    ["two updates", deepInTwo()],
  ])("M6: shared types nested deeper than 100 are refused, within %s", async (_, updates) => {
    const lab = createLab();
    const [a, evil] = await settledIn(lab);
    for (const update of updates) {
      evil.send(clientMessage.update(update));
      await lab.clock.advance(50);
    }
    expect(evil.closed?.code).toBe(4400);
    type(a, "fine");
    await lab.clock.advance(100);
    expect(a.safe).toBe(true);
    const stored = await lab.stored("room");
    expect(depthOf(stored)).toBeLessThanOrEqual(100);
    expect(stored.getText("text").toString()).toBe("fine");
  });

  it("M6: a depth of 100 is not", async () => {
    const lab = createLab();
    const [a, b] = await settledIn(lab);
    a.send(clientMessage.update(nestedArrays(100)));
    await lab.clock.advance(100);
    expect(a.closed).toBeNull();
    expect(depthOf(b.doc)).toBe(100);
  });

  it("M7: nothing from a read-only session is ever applied", async () => {
    const lab = createLab(writers("writer"));
    const open = lab.store.hold("open");
    const writer = lab.yWebsocket("room", { token: "writer" });
    const early = lab.yWebsocket("room", { token: "reader" });
    type(early, "forged before the room was loaded ");
    await lab.clock.settle();
    open();
    await lab.clock.advance(100);
    type(writer, "real");
    const reader = lab.yWebsocket("room", { token: "reader" });
    const spectator = lab.hocuspocus("room", { token: "reader" });
    await lab.clock.advance(100);
    for (const peer of [reader, spectator]) {
      const forged = new Y.Doc();
      Y.applyUpdate(forged, Y.encodeStateAsUpdate(writer.doc));
      forged.getText("text").delete(0, 2);
      peer.send(clientMessage.update(Y.encodeStateAsUpdate(forged)));
      peer.send(clientMessage.step2(Y.encodeStateAsUpdate(forged)));
      type(peer, "forged ");
    }
    await lab.clock.advance(100);
    expect(text(writer)).toBe("real");
    expect((await lab.stored("room")).getText("text").toString()).toBe("real");
  });

  it("M7: comment access reads", async () => {
    const lab = createLab({ authenticator: everybody("comment") });
    const peer = lab.yWebsocket("room");
    await lab.clock.settle();
    type(peer, "forged");
    await lab.clock.advance(100);
    expect(peer.refused).toHaveLength(1);
    expect((await lab.stored("room")).getText("text").toString()).toBe("");
  });
});

describe("limits", () => {
  it("M8: an update that would make the document too large is refused, deleting is not", async () => {
    const lab = createLab({ limits: { maxDocumentBytes: 2_000 } });
    const [a, b] = await settledIn(lab);
    type(a, "x".repeat(1_500));
    await lab.clock.advance(100);
    type(b, "y".repeat(1_000));
    await lab.clock.advance(100);
    expect(b.refused.map(({ reason }) => reason)).toEqual(["document too large"]);
    expect(text(a)).toBe("x".repeat(1_500));
    a.doc.getText("text").delete(0, 1_400);
    await lab.clock.advance(100);
    expect(a.refused).toEqual([]);
    a.doc.getText("text").insert(0, "z".repeat(1_000));
    await lab.clock.advance(100);
    expect(a.refused).toEqual([]);
    expect((await lab.stored("room")).getText("text").toString()).toBe(text(a));
  });

  it("M8: what others may not write does not count against anybody's edit", async () => {
    const lab = createLab({ ...writers("writer"), limits: { maxDocumentBytes: 2_000 } });
    const writer = lab.yWebsocket("room", { token: "writer" });
    const reader = lab.yWebsocket("room", { token: "reader" });
    await lab.clock.advance(2_000);
    type(reader, "forged".repeat(400));
    reader.doc.getText("text").delete(0, 1);
    type(writer, "real");
    await lab.clock.advance(100);
    expect(writer.refused).toEqual([]);
    expect((await lab.stored("room")).getText("text").toString()).toBe("real");
  });

  it("M10: more than maxPendingBytes waiting in a room closes whoever sends more", async () => {
    const lab = createLab({ limits: { maxPendingBytes: 1_000 } });
    const open = lab.store.hold("open");
    const [a, b] = [lab.yWebsocket("room"), lab.yWebsocket("room")];
    const other = lab.yWebsocket("other");
    a.socket.stall();
    type(a, "x".repeat(1_000));
    type(b, "one too many");
    type(other, "fine");
    await lab.clock.settle();
    expect([a.closed, b.closed?.code, other.closed]).toEqual([null, 1013, null]);
    open();
    await lab.clock.advance(100);
    a.socket.drain();
    await lab.clock.advance(100);
    expect((await lab.stored("room")).getText("text").length).toBe(1_000);
    b.connect();
    await lab.clock.advance(100);
    expect(text(a)).toBe(text(b));
    expect(b.safe).toBe(true);
  });

  it("M10: so does more than maxJournalQueueBytes in the process", async () => {
    const lab = createLab({ limits: { maxJournalQueueBytes: 1_000 } });
    const [a] = await settledIn(lab);
    const [b] = await settledIn(lab, 3, "other");
    lab.store.fail("append", () => new StoreError("FULL", "no space left"));
    type(a, "x".repeat(1_000));
    await lab.clock.advance(50);
    type(b, "one too many");
    await lab.clock.advance(50);
    expect([a.closed, b.closed?.code]).toEqual([null, 1013]);
    expect(lab.meter.refusals).toEqual(["backlog"]);
    lab.store.heal();
    await lab.clock.advance(10_000);
    b.connect();
    await lab.clock.advance(100);
    expect((await lab.stored("other")).getText("text").toString()).toBe("one too many");
  });

  it("M10: whoever only joins while the journal is full is not closed", async () => {
    const lab = createLab({ limits: { maxJournalQueueBytes: 1_000 } });
    const [a] = await settledIn(lab);
    lab.store.fail("append", () => new StoreError("FULL", "no space left"));
    type(a, "x".repeat(1_000));
    await lab.clock.advance(50);
    const joined = lab.yWebsocket("room");
    await lab.clock.advance(500);
    expect(joined.closed).toBeNull();
    expect(text(joined)).toBe(text(a));
  });
});

/** Two updates of 60 nested arrays each, the second within the first. */
function deepInTwo(): Uint8Array[] {
  const doc = new Y.Doc();
  let bottom = doc.getArray("nested");
  return [1, 2].map(() =>
    edit(doc, () => {
      bottom = nest(bottom, 60);
    }),
  );
}

function depthOf(doc: Y.Doc): number {
  let depth = 0;
  let array: unknown = doc.getArray("nested");
  while (array instanceof Y.Array && array.length > 0) {
    array = array.get(0);
    depth++;
  }
  return depth;
}
