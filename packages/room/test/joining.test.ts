import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { StoreError } from "../src/store.js";
import { createLab, roomName } from "./harness/lab.js";
import type { Peer } from "./harness/peer.js";
import { text, write } from "./harness/room.js";
import { edit } from "./harness/updates.js";

const syncTypes = (peer: Peer): string[] =>
  peer.received.map(({ type }) => type).filter((type) => /^(step|update)/.test(type));

describe("loading", () => {
  it("J1: a room is read once, however many arrive at the same moment", async () => {
    const lab = createLab();
    const open = lab.store.hold("open");
    const peers = [1, 2, 3].flatMap(() => [lab.yWebsocket("room"), lab.hocuspocus("room")]);
    await lab.clock.settle();
    open();
    await lab.clock.settle();
    expect(lab.store.calls.open).toBe(1);
    expect(peers.map((peer) => peer.synced)).toEqual(peers.map(() => true));
  });

  it("J2: nothing is answered before the room is loaded", async () => {
    const lab = createLab();
    const open = lab.store.hold("open");
    const peers = [lab.yWebsocket("room"), lab.hocuspocus("room")];
    for (const peer of peers) write(peer, "early ");
    await lab.clock.advance(5_000);
    for (const peer of peers) expect(syncTypes(peer)).toEqual([]);
    open();
    await lab.clock.advance(100);
    for (const peer of peers) expect(text(peer)).toBe("early early ");
  });

  it("J8: a damaged room is closed with 4500, logged and counted; other rooms work", async () => {
    const lab = createLab();
    lab.store.fail("open", () => new StoreError("DAMAGED", "record 3 is missing"));
    const damaged = lab.yWebsocket("damaged");
    await lab.clock.settle();
    expect(damaged.closed?.code).toBe(4500);
    expect(lab.meter.quarantines).toBe(1);
    expect(lab.logger.lines.filter(({ level }) => level === "error")).toHaveLength(1);
    lab.store.heal();
    const other = lab.yWebsocket("other");
    await lab.clock.settle();
    expect(other.synced).toBe(true);
  });

  it.each([
    ["a snapshot that is no update", { snapshot: Uint8Array.of(1, 1, 1), tail: [] }],
    ["a record that is no update", { snapshot: null, tail: [Uint8Array.of(1, 1, 1)] }],
  ])("J8: so is a room with %s", async (_, stored) => {
    const lab = createLab();
    lab.store.alter(roomName("damaged"), { ...stored, cursor: { epoch: 1, seq: 1 } });
    const writer = lab.yWebsocket("damaged");
    const reader = lab.hocuspocus("damaged");
    write(writer, "hello");
    await lab.clock.settle();
    expect([writer.closed?.code, reader.closed?.code]).toEqual([4500, 4500]);
    expect(lab.meter.quarantines).toBe(1);
  });

  it("J8: a store that cannot be read now closes with 1013", async () => {
    const lab = createLab();
    lab.store.fail("open", () => new StoreError("UNAVAILABLE", "not now"));
    const peer = lab.yWebsocket("room");
    await lab.clock.settle();
    expect(peer.closed?.code).toBe(1013);
    expect(lab.meter.quarantines).toBe(0);
    lab.store.heal();
    peer.connect();
    await lab.clock.settle();
    expect(peer.synced).toBe(true);
  });

  it("J8: a load that takes too long closes with 1013, and its result is of no use", async () => {
    const lab = createLab({ limits: { loadTimeoutMs: 3_000 } });
    const open = lab.store.hold("open");
    const peer = lab.yWebsocket("room");
    await lab.clock.advance(2_999);
    expect(peer.closed).toBeNull();
    await lab.clock.advance(1);
    expect(peer.closed?.code).toBe(1013);
    expect(lab.host.get(roomName("room"))).toBeNull();
    open();
    await lab.clock.settle();
    expect(lab.host.get(roomName("room"))).toBeNull();
  });

  it("J9: beyond maxRooms a new room is refused with 1013 and the others go on", async () => {
    const lab = createLab({ limits: { maxRooms: 2 } });
    const [a, b] = [lab.yWebsocket("a"), lab.hocuspocus("b")];
    const [c, d] = [lab.yWebsocket("c"), lab.hocuspocus("d")];
    await lab.clock.settle();
    expect([c.closed?.code, d.closed?.code]).toEqual([1013, 1013]);
    expect([a.synced, b.synced]).toEqual([true, true]);
    const again = lab.yWebsocket("a");
    await lab.clock.settle();
    expect(again.synced).toBe(true);
    // A room that has left memory makes place for another.
    for (const peer of [a, again]) peer.disconnect();
    await lab.clock.advance(20_000);
    c.connect();
    await lab.clock.settle();
    expect(c.synced).toBe(true);
  });

  it("J9: a load that waits for a deletion takes no turn from other rooms", async () => {
    const lab = createLab({ limits: { maxLoads: 2 } });
    const remove = lab.store.hold("remove");
    const deletions = ["a", "b", "c"].map((name) => lab.host.remove(roomName(name)));
    await lab.clock.settle();
    const waiting = ["a", "b", "c"].map((name) => lab.yWebsocket(name));
    const other = lab.yWebsocket("other");
    await lab.clock.settle();
    expect(other.synced).toBe(true);
    expect(waiting.map((peer) => peer.synced)).toEqual([false, false, false]);
    remove();
    await lab.clock.settle();
    await Promise.all(deletions);
    expect(waiting.map((peer) => peer.synced)).toEqual([true, true, true]);
  });
});

describe("joining", () => {
  it("J3: our SyncStep1, then what the client lacks, and one SyncStep2 as the last", async () => {
    const lab = createLab();
    const first = lab.yWebsocket("room");
    await lab.clock.settle();
    expect(syncTypes(first)).toEqual(["step1", "step2"]);
    write(first, "hello ");
    await lab.clock.advance(100);
    write(first, "well, ");
    await lab.clock.advance(100);
    const [second, third] = [lab.yWebsocket("room"), lab.hocuspocus("room")];
    await lab.clock.settle();
    for (const peer of [second, third]) {
      expect(syncTypes(peer)[0]).toBe("step1");
      expect(
        syncTypes(peer)
          .slice(1, -1)
          .every((each) => each === "update"),
      ).toBe(true);
      expect(syncTypes(peer).at(-1)).toBe("step2");
      expect(text(peer)).toBe("well, hello ");
    }
  });

  it("J3: a client that asks again is answered again", async () => {
    const lab = createLab();
    const peer = lab.yWebsocket("room");
    await lab.clock.settle();
    peer.send(Uint8Array.of(0, 0, 1, 0));
    await lab.clock.settle();
    expect(syncTypes(peer)).toEqual(["step1", "step2", "step1", "step2"]);
  });

  it("J6: a large state goes in slices, and then a small SyncStep2", async () => {
    const lab = createLab({ limits: { sliceBytes: 2_000 } });
    const writer = lab.yWebsocket("room");
    await lab.clock.settle();
    for (let i = 0; i < 500; i++) writer.doc.getMap("map").set(`key ${i}`, `${i} `.repeat(10));
    await lab.clock.advance(100);
    const reader = lab.yWebsocket("room");
    await lab.clock.settle();
    const sizes = reader.received.flatMap((m) => ("update" in m ? [m.update.length] : []));
    expect(sizes.length).toBeGreaterThan(10);
    expect(Math.max(...sizes)).toBeLessThan(2_500);
    expect(sizes.at(-1)).toBeLessThan(100);
    expect(reader.doc.getMap("map").toJSON()).toEqual(writer.doc.getMap("map").toJSON());
  });

  it("J6: also where the state is one large record that was never in a snapshot", async () => {
    const lab = createLab({ limits: { sliceBytes: 2_000 } });
    const doc = new Y.Doc();
    const large = edit(doc, () => {
      for (let i = 0; i < 500; i++) doc.getMap("map").set(`key ${i}`, `${i} `.repeat(10));
    });
    const cursor = { epoch: 1, seq: 1 };
    lab.store.alter(roomName("room"), { snapshot: null, tail: [large], cursor });
    const reader = lab.yWebsocket("room");
    await lab.clock.settle();
    const sizes = reader.received.flatMap((m) => ("update" in m ? [m.update.length] : []));
    expect(Math.max(...sizes)).toBeLessThan(2_500);
    expect(sizes.at(-1)).toBeLessThan(100);
    expect(reader.doc.getMap("map").toJSON()).toEqual(doc.getMap("map").toJSON());
  });

  it("J6: a mark of rich text is not taken for redundant while its text is under way", async () => {
    const lab = createLab({ limits: { sliceBytes: 1_000 } });
    const a = lab.yWebsocket("room", { clientId: 9 });
    const b = lab.yWebsocket("room", { clientId: 2 });
    const rich = (peer: Peer): Y.Text => peer.doc.getText("rich");
    rich(a).insert(0, "x", { italic: true });
    rich(a).insert(1, "tail", { italic: null });
    await lab.clock.advance(100);
    rich(b).insert(0, "3 ", { italic: true });
    await lab.clock.advance(100);
    rich(a).delete(2, 1);
    for (let i = 0; i < 50; i++) a.doc.getMap("map").set(`key ${i}`, `${i} `.repeat(30));
    await lab.clock.advance(40_000);
    const reader = lab.yWebsocket("room");
    // Yjs tidies up only in what it knows to be text.
    rich(reader);
    await lab.clock.advance(1_000);
    expect(reader.count("update")).toBeGreaterThan(2);
    const expected = [{ insert: "3 ", attributes: { italic: true } }, { insert: "tail" }];
    expect([a, b, reader].map((peer) => rich(peer).toDelta())).toEqual(Array(3).fill(expected));
  });

  it("J5: who has every edit still learns of the deletes that it missed", async () => {
    const lab = createLab();
    const [a, b] = [lab.yWebsocket("room"), lab.hocuspocus("room")];
    write(a, "one two three four");
    for (const expected of ["one three four", "one four", "one"]) {
      await lab.clock.advance(100);
      a.disconnect();
      b.doc.getText("text").delete(3, expected === "one four" ? 6 : expected === "one" ? 5 : 4);
      // Once while the delete is recent, and then when it has become a part of the whole.
      await lab.clock.advance(expected === "one three four" ? 100 : 40_000);
      expect(Y.encodeStateVector(a.doc)).toEqual(Y.encodeStateVector(b.doc));
      a.connect();
      await lab.clock.settle();
      expect(text(a)).toBe(expected);
    }
  });

  it("J7: a join at any moment of an unloading neither loses an edit nor sees an old state", async () => {
    // The room is left at 0 with an edit under way, rests and closes at about 2 s. The newcomer
    // comes in between, at moments that fall before, on and after each step, with a store that
    // answers at once or late.
    for (const slow of [false, true]) {
      for (let at = 0; at <= 4_000; at += at < 100 ? 4 : 125) {
        const lab = createLab({ limits: { closeAfterMs: 1_000, restAfterMs: 1_000 } });
        const first = lab.yWebsocket("room", { clientId: 1 });
        await lab.clock.settle();
        const append = slow ? lab.store.hold("append") : null;
        const compact = slow ? lab.store.hold("compact") : null;
        write(first, "first ");
        first.disconnect();
        await lab.clock.advance(at);
        const second = lab.yWebsocket("room", { clientId: 2 });
        write(second, "second ");
        await lab.clock.advance(50);
        append?.();
        compact?.();
        await lab.clock.advance(50);
        expect([at, slow, text(second).includes("first ")]).toEqual([at, slow, true]);
        expect([at, slow, second.safe]).toEqual([at, slow, true]);
        const stored = (await lab.stored("room")).getText("text").toString();
        expect([at, slow, stored]).toEqual([at, slow, text(second)]);
      }
    }
  });
});
