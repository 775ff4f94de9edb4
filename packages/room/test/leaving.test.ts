import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { ServiceError } from "../src/service.js";
import { StoreError } from "../src/store.js";
import { createLab, identity, type Lab, roomName, tokens } from "./harness/lab.js";
import { clientMessage } from "./harness/messages.js";
import type { Peer } from "./harness/peer.js";
import { edit, nestedArrays } from "./harness/updates.js";

const ROOM = roomName("room");
const text = (peer: Peer): string => peer.doc.getText("text").toString();
const type = (peer: Peer, words: string): void => peer.doc.getText("text").insert(0, words);
const state = (lab: Lab, room = ROOM): string | undefined => lab.host.get(room)?.state;
const live = (lab: Lab): boolean | undefined => lab.host.get(ROOM)?.document?.live;

describe("resting", () => {
  it("L1: the Y.Doc is dropped, joins are answered, the next edit brings it back", async () => {
    const lab = createLab({ limits: { restAfterMs: 5_000 } });
    const a = lab.yWebsocket("room");
    await lab.clock.advance(100);
    type(a, "one ");
    await lab.clock.advance(4_000);
    expect([state(lab), live(lab)]).toEqual(["live", true]);
    await lab.clock.advance(3_000);
    expect([state(lab), live(lab)]).toEqual(["resting", false]);
    const b = lab.hocuspocus("room");
    await lab.clock.advance(1_000);
    expect(text(b)).toBe("one ");
    expect([state(lab), live(lab)]).toEqual(["resting", false]);
    type(b, "two ");
    await lab.clock.advance(100);
    expect(text(a)).toBe("two one ");
    expect([state(lab), live(lab)]).toEqual(["live", true]);
  });

  it("L1: so is one that was built for an update that changed nothing", async () => {
    const lab = createLab({ limits: { restAfterMs: 5_000 } });
    const a = lab.yWebsocket("room");
    await lab.clock.advance(100);
    type(a, "one ");
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
    type(writer, "one two three");
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
    type(peer, "x");
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
    type(peer, "x");
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
    type(peer, "x");
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
      type(peer, "x");
      peer.disconnect();
    }
    await lab.clock.advance(30_000);
    expect(lab.host.load.rooms).toBe(0);
    expect(lab.clock.timers).toBe(0);
    expect(lab.meter.queued).toBe(0);
  });
});

describe("deleting", () => {
  it("L4: sessions are closed with 4404, and the room is empty afterwards", async () => {
    const lab = createLab();
    const [a, b] = [lab.yWebsocket("room"), lab.hocuspocus("room")];
    await lab.clock.advance(100);
    type(a, "x");
    await lab.clock.advance(100);
    const removal = lab.host.remove(ROOM);
    await lab.clock.settle();
    await removal;
    expect([a.closed?.code, b.closed?.code]).toEqual([4404, 4404]);
    expect(await lab.store.describe(ROOM)).toBeNull();
    const later = lab.yWebsocket("room");
    await lab.clock.settle();
    expect([later.synced, text(later)]).toEqual([true, ""]);
  });

  it.each([
    ["in the same turn", 0, "quiet"],
    ["while it waits for its turn to be merged", 3, "busy"],
  ])(
    "L4: an edit that comes %s as the deletion does not bring the room back",
    async (_, __, pace) => {
      const lab = createLab();
      const peer = lab.yWebsocket("room");
      await lab.clock.advance(1_000);
      type(peer, "first ");
      await lab.clock.advance(pace === "busy" ? 3 : 1_000);
      type(peer, "second ");
      const removal = lab.host.remove(ROOM);
      await lab.clock.advance(1_000);
      await removal;
      expect(await lab.store.describe(ROOM)).toBeNull();
      expect(lab.meter.queued).toBe(0);
    },
  );

  it("L4: nor does one whose commit is under way", async () => {
    const lab = createLab();
    const peer = lab.yWebsocket("room");
    await lab.clock.advance(1_000);
    const append = lab.store.hold("append");
    type(peer, "x");
    await lab.clock.settle();
    const removal = lab.host.remove(ROOM);
    await lab.clock.settle();
    const joining = lab.yWebsocket("room");
    await lab.clock.advance(1_000);
    expect([lab.store.calls.remove, joining.synced]).toEqual([0, false]);
    append();
    await lab.clock.advance(1_000);
    await removal;
    expect([joining.synced, text(joining)]).toEqual([true, ""]);
    expect(await lab.store.describe(ROOM)).toBeNull();
  });

  it("L4: nor does a snapshot that is being written", async () => {
    const lab = createLab({ limits: { snapshotAfterRecords: 1 } });
    const peer = lab.yWebsocket("room");
    await lab.clock.advance(1_000);
    const compact = lab.store.hold("compact");
    for (let i = 0; i < 3; i++) {
      type(peer, "x");
      await lab.clock.advance(20);
    }
    expect(lab.store.calls.compact).toBe(1);
    const removal = lab.host.remove(ROOM);
    await lab.clock.advance(1_000);
    expect(lab.store.calls.remove).toBe(0);
    compact();
    await lab.clock.advance(1_000);
    await removal;
    expect(await lab.store.describe(ROOM)).toBeNull();
  });

  it("L4: nor does one of a batch that is being tried one by one", async () => {
    const lab = createLab();
    const [a, b, evil] = [lab.yWebsocket("room"), lab.yWebsocket("room"), lab.yWebsocket("room")];
    await lab.clock.advance(1_000);
    type(a, "x");
    evil.send(clientMessage.update(nestedArrays(150)));
    type(b, "y");
    lab.clock.turn();
    const removal = lab.host.remove(ROOM);
    await lab.clock.advance(1_000);
    await removal;
    expect(await lab.store.describe(ROOM)).toBeNull();
    expect([a.closed?.code, b.closed?.code]).toEqual([4404, 4404]);
  });

  it("L4: it does not wait until other rooms have nothing to store", async () => {
    const lab = createLab();
    const [peer, busy] = [lab.yWebsocket("room"), lab.yWebsocket("busy")];
    await lab.clock.advance(1_000);
    type(peer, "x");
    await lab.clock.advance(1_000);
    let removed = false;
    let removal: Promise<void> = Promise.resolve();
    // There is always a commit under way, and always something that waits for the next one.
    for (let i = 0; i < 50; i++) {
      const append = lab.store.hold("append");
      type(busy, "x");
      await lab.clock.advance(10);
      if (i === 5) {
        removal = lab.host.remove(ROOM).then(() => {
          removed = true;
        });
      }
      type(busy, "y");
      await lab.clock.advance(10);
      append();
    }
    expect(removed).toBe(true);
    await removal;
  });

  it("L4: a deletion that the store refuses is reported", async () => {
    const lab = createLab();
    lab.store.fail("remove", () => new StoreError("UNAVAILABLE", "not now"));
    await expect(lab.host.remove(ROOM)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    lab.store.heal();
    const peer = lab.yWebsocket("room");
    await lab.clock.settle();
    expect(peer.synced).toBe(true);
  });
});

describe("closing", () => {
  it("L5: what waits is applied and made durable, and no timer is left", async () => {
    const lab = createLab();
    const peer = lab.yWebsocket("room", { awareness: { name: "Ada" } });
    await lab.clock.advance(100);
    type(peer, "first ");
    await lab.clock.settle();
    type(peer, "second");
    lab.edge.close();
    const closing = lab.host.close();
    expect(lab.host.close()).toBe(closing);
    await lab.clock.settle();
    await closing;
    expect((await lab.stored("room")).getText("text").toString()).toContain("second");
    expect(lab.clock.timers).toBe(0);
    expect(lab.host.load).toEqual({ rooms: 0, sessions: 0 });
  });

  it("L5: it does not wait for a store that fails", async () => {
    const lab = createLab();
    const peer = lab.yWebsocket("room");
    await lab.clock.advance(100);
    lab.store.fail("append", () => new StoreError("UNAVAILABLE", "not now"));
    type(peer, "x");
    await lab.clock.advance(100);
    lab.edge.close();
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
      type(peer, "x");
      await lab.clock.advance(20);
    }
    lab.edge.close();
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
    lab.edge.close();
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
    type(peer, "x");
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
    type(peer, "too late");
    peer.disconnect();
    lab.edge.close();
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

describe("reading and writing without a session", () => {
  it("the live state is read, or the stored one, or nothing", async () => {
    const lab = createLab();
    expect(await lab.host.read(ROOM)).toBeNull();
    const peer = lab.yWebsocket("room");
    await lab.clock.advance(100);
    const append = lab.store.hold("append");
    type(peer, "live");
    const read = async (): Promise<string> => {
      const reading = lab.host.read(ROOM);
      await lab.clock.settle();
      const doc = new Y.Doc();
      Y.applyUpdate(doc, (await reading) as Uint8Array);
      return doc.getText("text").toString();
    };
    expect(await read()).toBe("live");
    append();
    peer.disconnect();
    await lab.clock.advance(60_000);
    expect(lab.host.get(ROOM)).toBeNull();
    expect(await read()).toBe("live");
  });

  it("a write resolves once it is durable, and is broadcast like any edit", async () => {
    const lab = createLab();
    const peer = lab.yWebsocket("room");
    await lab.clock.advance(100);
    const append = lab.store.hold("append");
    const doc = new Y.Doc();
    let done = false;
    const update = edit(doc, () => doc.getText("text").insert(0, "by HTTP"));
    const writing = lab.host.write(ROOM, update).then(() => {
      done = true;
    });
    await lab.clock.advance(1_000);
    expect([text(peer), done]).toEqual(["by HTTP", false]);
    append();
    await lab.clock.settle();
    await writing;
    expect(lab.host.load.sessions).toBe(1);
  });

  it.each([
    ["malformed", Uint8Array.of(1, 2, 3), "UPDATE_REFUSED"],
    ["poisonous", nestedArrays(101), "UPDATE_REFUSED"],
    ["too large", largeUpdate(), "TOO_LARGE"],
  ])("a write that is %s is refused", async (_, update, code) => {
    const lab = createLab({ limits: { maxDocumentBytes: 10_000 } });
    const writing = lab.host.write(ROOM, update).catch((error: unknown) => error);
    await lab.clock.settle();
    expect(await writing).toBeInstanceOf(ServiceError);
    expect(await writing).toMatchObject({ code });
    await lab.clock.advance(60_000);
    expect(lab.host.get(ROOM)).toBeNull();
  });

  it("a write that does not become durable in time says so", async () => {
    const lab = createLab({ limits: { loadTimeoutMs: 5_000 } });
    lab.store.fail("append", () => new StoreError("UNAVAILABLE", "not now"));
    const doc = new Y.Doc();
    const update = edit(doc, () => doc.getText("text").insert(0, "x"));
    const writing = lab.host.write(ROOM, update).catch((error: unknown) => error);
    await lab.clock.advance(5_000);
    expect(await writing).toMatchObject({ code: "UNAVAILABLE" });
  });
});

function largeUpdate(): Uint8Array {
  const doc = new Y.Doc();
  return edit(doc, () => doc.getText("text").insert(0, "x".repeat(20_000)));
}
