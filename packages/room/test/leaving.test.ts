import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { StoreError } from "../src/store.js";
import { createLab, identity, type Lab, roomName, tokens } from "./harness/lab.js";
import { text, write } from "./harness/room.js";
import { edit } from "./harness/updates.js";

const ROOM = roomName("room");
const state = (lab: Lab, room = ROOM): string | undefined => lab.host.get(room)?.state;
const live = (lab: Lab): boolean | undefined => lab.host.get(ROOM)?.document?.live;

describe("resting", () => {
  it("L1: the Y.Doc is dropped, joins are answered, the next edit brings it back", async () => {
    const lab = createLab({ limits: { restAfterMs: 5_000 } });
    const a = lab.yWebsocket("room");
    await lab.clock.advance(100);
    write(a, "one ");
    await lab.clock.advance(4_000);
    expect([state(lab), live(lab)]).toEqual(["live", true]);
    await lab.clock.advance(3_000);
    expect([state(lab), live(lab)]).toEqual(["resting", false]);
    const b = lab.hocuspocus("room");
    await lab.clock.advance(1_000);
    expect(text(b)).toBe("one ");
    expect([state(lab), live(lab)]).toEqual(["resting", false]);
    write(b, "two ");
    await lab.clock.advance(100);
    expect(text(a)).toBe("two one ");
    expect([state(lab), live(lab)]).toEqual(["live", true]);
  });

  it("L1: it is not kept by those who join and have nothing", async () => {
    const lab = createLab({ limits: { restAfterMs: 5_000 } });
    write(lab.yWebsocket("room"), "one ");
    await lab.clock.advance(4_000);
    expect(live(lab)).toBe(true);
    const joined = lab.yWebsocket("room");
    await lab.clock.advance(3_000);
    expect(text(joined)).toBe("one ");
    expect([state(lab), live(lab)]).toEqual(["resting", false]);
  });

  it("L1: so is one that was built for an update that changed nothing", async () => {
    const lab = createLab({ limits: { restAfterMs: 5_000 } });
    const a = lab.yWebsocket("room");
    await lab.clock.advance(100);
    write(a, "one ");
    await lab.clock.advance(10_000);
    expect(live(lab)).toBe(false);
    const doc = new Y.Doc();
    edit(doc, () => doc.getText("text").insert(0, "unknown"));
    const gap = edit(doc, () => doc.getText("text").insert(7, "!"));
    const writing = lab.host.write(ROOM, gap).catch((error: unknown) => error);
    await lab.clock.advance(1_000);
    expect(await writing).toMatchObject({ code: "UPDATE_GAP" });
    expect([state(lab), live(lab)]).toEqual(["live", true]);
    await lab.clock.advance(10_000);
    expect([state(lab), live(lab)]).toEqual(["resting", false]);
  });

  it("L2: a room that is only read never gets a Y.Doc", async () => {
    const lab = createLab({
      authenticator: tokens({ w: identity({}), r: identity({ access: "read" }) }),
    });
    const writer = lab.yWebsocket("room", { token: "w" });
    await lab.clock.advance(100);
    write(writer, "one two three");
    writer.doc.getText("text").delete(3, 4);
    await lab.clock.advance(100);
    await lab.restart();
    // Each answers our SyncStep1 with all the deletes that it knows of, writers too.
    const peers = [
      lab.yWebsocket("room", { token: "r" }),
      lab.hocuspocus("room", { token: "r" }),
      lab.yWebsocket("room", { token: "w" }),
    ];
    writer.connect();
    await lab.clock.advance(5_000);
    for (const peer of peers) {
      peer.disconnect();
      peer.connect();
    }
    await lab.clock.advance(5_000);
    for (const peer of [writer, ...peers]) expect(text(peer)).toBe("one three");
    expect([state(lab), live(lab)]).toEqual(["resting", false]);
    expect(lab.meter.transactions).toBe(0);
  });
});

describe("leaving memory", () => {
  it("L3: a room that nobody subscribes to leaves after closeAfterMs", async () => {
    const lab = createLab({ limits: { closeAfterMs: 5_000 } });
    const peer = lab.yWebsocket("room");
    await lab.clock.advance(100);
    write(peer, "x");
    await lab.clock.advance(60_000);
    expect(state(lab)).toBe("resting");
    peer.disconnect();
    await lab.clock.advance(4_000);
    expect(state(lab)).toBe("resting");
    await lab.clock.advance(4_000);
    expect(lab.host.get(ROOM)).toBeNull();
    await lab.clock.advance(2_000);
    expect(lab.clock.timers).toBe(0);
  });

  it("L3: so does one that was edited to the last, in a snapshot", async () => {
    const lab = createLab({ limits: { closeAfterMs: 5_000, restAfterMs: 600_000 } });
    const peer = lab.yWebsocket("room");
    await lab.clock.advance(100);
    write(peer, "x");
    peer.disconnect();
    await lab.clock.advance(10_000);
    expect(lab.host.get(ROOM)).toBeNull();
    expect((await lab.store.open(ROOM)).tail).toEqual([]);
    await lab.clock.advance(2_000);
    expect(lab.clock.timers).toBe(0);
  });

  it("L3: not before everything that it accepted is durable", async () => {
    const lab = createLab({ limits: { closeAfterMs: 5_000, retryMaxMs: 1_000 } });
    const peer = lab.yWebsocket("room");
    await lab.clock.advance(100);
    lab.store.fail("append", () => new StoreError("FULL", "no space left"));
    write(peer, "x");
    await lab.clock.advance(100);
    peer.disconnect();
    await lab.clock.advance(120_000);
    expect(lab.host.get(ROOM)).not.toBeNull();
    lab.store.heal();
    await lab.clock.advance(3_000);
    expect(lab.host.get(ROOM)).toBeNull();
    expect((await lab.stored("room")).getText("text").toString()).toBe("x");
  });

  it("L3: many rooms come and go, and nothing of them stays", async () => {
    const lab = createLab({ limits: { closeAfterMs: 2_000 } });
    for (let i = 0; i < 300; i++) {
      const peer = lab.yWebsocket(`room ${i}`);
      await lab.clock.settle();
      write(peer, "x");
      peer.disconnect();
    }
    await lab.clock.advance(30_000);
    expect(lab.host.load.rooms).toBe(0);
    expect(lab.clock.timers).toBe(0);
    expect(lab.meter.queued).toBe(0);
  });
});

describe("closing", () => {
  it("L5: what waits is applied and made durable, and no timer is left", async () => {
    const lab = createLab();
    const peer = lab.yWebsocket("room", { awareness: { name: "Ada" } });
    await lab.clock.advance(100);
    write(peer, "first ");
    await lab.clock.settle();
    write(peer, "second");
    void lab.edge.close();
    const closing = lab.host.close();
    expect(lab.host.close()).toBe(closing);
    await lab.clock.settle();
    await closing;
    expect((await lab.stored("room")).getText("text").toString()).toContain("second");
    expect(lab.clock.timers).toBe(0);
    expect(lab.host.load).toEqual({ rooms: 0, sessions: 0 });
  });

  it("L8: many sessions are closed little by little, and edits are acknowledged meanwhile", async () => {
    const lab = createLab();
    const peers = Array.from({ length: 200 }, (_, i) =>
      lab.yWebsocket("room", { clientId: 1 + i }),
    );
    await lab.clock.advance(1_000);
    const open = (): number => peers.filter(({ closed }) => closed === null).length;
    const closing = lab.edge.close();
    await lab.clock.settle();
    expect(open()).toBe(150);
    const last = peers.at(-1) as (typeof peers)[number];
    write(last, "still here");
    await lab.clock.advance(20);
    expect(last.safe).toBe(true);
    await lab.clock.advance(60);
    expect(open()).toBe(0);
    await closing;
    expect(new Set(peers.map(({ closed }) => closed?.code))).toEqual(new Set([1012]));
  });

  it("L5: it does not wait for a store that fails", async () => {
    const lab = createLab();
    const peer = lab.yWebsocket("room");
    await lab.clock.advance(100);
    lab.store.fail("append", () => new StoreError("UNAVAILABLE", "not now"));
    write(peer, "x");
    await lab.clock.advance(100);
    void lab.edge.close();
    const closing = lab.host.close();
    await lab.clock.settle();
    await closing;
    expect(lab.clock.timers).toBe(0);
    expect(peer.safe).toBe(false);
  });

  it("L5: no timer is left where a snapshot is being written", async () => {
    const lab = createLab({ limits: { snapshotAfterRecords: 1 } });
    const peer = lab.yWebsocket("room");
    await lab.clock.advance(100);
    const compact = lab.store.hold("compact");
    for (let i = 0; i < 3; i++) {
      write(peer, "x");
      await lab.clock.advance(20);
    }
    void lab.edge.close();
    const closing = lab.host.close();
    await lab.clock.settle();
    compact();
    await lab.clock.settle();
    await closing;
    expect(lab.clock.timers).toBe(0);
  });

  it("L5: no timer is left where rooms are loading", async () => {
    const lab = createLab();
    const open = lab.store.hold("open");
    lab.yWebsocket("room");
    await lab.clock.settle();
    void lab.edge.close();
    const closing = lab.host.close();
    await lab.clock.settle();
    await closing;
    expect(lab.clock.timers).toBe(0);
    open();
    await lab.clock.settle();
    expect(lab.clock.timers).toBe(0);
    expect(lab.meter.quarantines).toBe(0);
  });

  it("L5: no timer is left where a room was being handed over", async () => {
    const lab = createLab();
    const peer = lab.yWebsocket("room");
    await lab.clock.advance(100);
    lab.store.fail("append", () => new StoreError("UNAVAILABLE", "not now"));
    write(peer, "x");
    await lab.clock.settle();
    let transferred = false;
    const transfer = async () => {
      transferred = true;
      return { node: "other", url: "ws://other", epoch: 2 };
    };
    const handing = lab.host.handOver(ROOM, transfer, 60_000).catch((error: unknown) => error);
    await lab.clock.settle();
    await lab.stop();
    expect(await handing).toMatchObject({ code: "UNAVAILABLE" });
    expect([lab.clock.timers, transferred]).toEqual([0, false]);
  });

  it("L5: no timer is left where sessions leave only afterwards", async () => {
    const lab = createLab();
    const peer = lab.yWebsocket("room", { awareness: { name: "Ada" } });
    await lab.clock.advance(100);
    const closing = lab.host.close();
    await lab.clock.settle();
    await closing;
    write(peer, "too late");
    peer.disconnect();
    void lab.edge.close();
    await lab.clock.settle();
    expect(lab.clock.timers).toBe(0);
    expect((await lab.stored("room")).getText("text").toString()).toBe("");
  });

  it("L5: whoever comes afterwards is closed with 1013", async () => {
    const lab = createLab();
    await lab.host.close();
    const peer = lab.yWebsocket("room");
    await lab.clock.settle();
    expect(peer.closed?.code).toBe(1013);
  });
});
