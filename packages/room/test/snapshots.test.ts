import { describe, expect, it } from "vitest";
import { defaultRoomLimits } from "../src/limits.js";
import { StoreError } from "../src/store.js";
import { createLab, roomName } from "./harness/lab.js";
import type { Peer } from "./harness/peer.js";
import { write } from "./harness/room.js";

const unavailable = (): StoreError => new StoreError("UNAVAILABLE", "not now");

describe("snapshots", () => {
  const grow = async (lab: ReturnType<typeof createLab>, peer: Peer, times: number) => {
    for (let i = 0; i < times; i++) {
      peer.doc.getMap("map").set(`key ${i}`, "x".repeat(100));
      await lab.clock.advance(20);
    }
  };

  it("D7: one is written after snapshotAfterBytes, or half the document", async () => {
    const lab = createLab({ limits: { snapshotAfterBytes: 1_000 } });
    const peer = lab.yWebsocket("room");
    await lab.clock.advance(100);
    await grow(lab, peer, 8);
    expect(lab.store.calls.compact).toBe(0);
    await grow(lab, peer, 3);
    expect(lab.store.calls.compact).toBe(1);
    // Of a large document, half of it: far fewer than one for each 1,000 bytes.
    await grow(lab, peer, 200);
    const rare = lab.store.calls.compact;
    expect(rare).toBeGreaterThan(1);
    expect(rare).toBeLessThan(20);
    // A busy journal's last commit.
    await lab.clock.advance(defaultRoomLimits.commitIntervalMs);
    expect((await lab.stored("room")).getMap("map").toJSON()).toEqual(
      peer.doc.getMap("map").toJSON(),
    );
  });

  it("D7: one is written after snapshotAfterRecords", async () => {
    const lab = createLab({ limits: { snapshotAfterRecords: 5 } });
    const peer = lab.yWebsocket("room");
    await lab.clock.advance(100);
    await grow(lab, peer, 5);
    expect(lab.store.calls.compact).toBe(0);
    await grow(lab, peer, 1);
    expect(lab.store.calls.compact).toBe(1);
  });

  it("D7: one is written when the room comes to rest, and not again for nothing", async () => {
    const lab = createLab({ limits: { restAfterMs: 5_000 } });
    const peer = lab.yWebsocket("room");
    await lab.clock.advance(100);
    write(peer, "x");
    await lab.clock.advance(4_000);
    expect(lab.store.calls.compact).toBe(0);
    await lab.clock.advance(2_000);
    expect(lab.store.calls.compact).toBe(1);
    expect((await lab.store.open(roomName("room"))).tail).toEqual([]);
    await lab.clock.advance(120_000);
    expect(lab.store.calls.compact).toBe(1);
  });

  it("D7: one room at a time", async () => {
    const lab = createLab({ limits: { restAfterMs: 5_000 } });
    const peers = ["a", "b", "c"].map((room) => lab.yWebsocket(room));
    await lab.clock.advance(100);
    for (const peer of peers) write(peer, "x");
    const compact = lab.store.hold("compact");
    await lab.clock.advance(20_000);
    expect(lab.store.calls.compact).toBe(1);
    compact();
    await lab.clock.advance(20_000);
    expect(lab.store.calls.compact).toBe(3);
  });

  it("D7: a snapshot that fails loses nothing, and the next one makes up for it", async () => {
    const lab = createLab({ limits: { snapshotAfterRecords: 5, restAfterMs: 60_000 } });
    const peer = lab.yWebsocket("room");
    await lab.clock.advance(100);
    lab.store.fail("compact", unavailable);
    await grow(lab, peer, 6);
    expect(lab.store.calls.compact).toBe(1);
    expect(peer.safe).toBe(true);
    const failed = await lab.stored("room");
    expect(failed.getMap("map").toJSON()).toEqual(peer.doc.getMap("map").toJSON());
    lab.store.heal();
    // Nothing is edited any more: it comes to rest, and is in a snapshot then.
    await lab.clock.advance(90_000);
    expect((await lab.store.open(roomName("room"))).tail).toEqual([]);
    const stored = await lab.stored("room");
    expect(stored.getMap("map").toJSON()).toEqual(peer.doc.getMap("map").toJSON());
  });

  it("D7: edits that arrive while one is written are not lost with the records it replaces", async () => {
    const lab = createLab({ limits: { snapshotAfterRecords: 3 } });
    const peer = lab.yWebsocket("room");
    await lab.clock.advance(100);
    const compact = lab.store.hold("compact");
    await grow(lab, peer, 4);
    expect(lab.store.calls.compact).toBe(1);
    peer.doc.getMap("map").set("meanwhile", true);
    await lab.clock.advance(20);
    compact();
    await lab.clock.advance(20);
    const stored = await lab.stored("room");
    expect(stored.getMap("map").toJSON()).toEqual(peer.doc.getMap("map").toJSON());
  });
});
