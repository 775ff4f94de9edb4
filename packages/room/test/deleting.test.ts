import { describe, expect, it } from "vitest";
import { StoreError } from "../src/store.js";
import { createLab, roomName } from "./harness/lab.js";
import { clientMessage } from "./harness/messages.js";
import { text, write } from "./harness/room.js";
import { nestedArrays } from "./harness/updates.js";

const ROOM = roomName("room");

describe("deleting", () => {
  it("L4: sessions are closed with 4404, and the room is empty afterwards", async () => {
    const lab = createLab();
    const [a, b] = [lab.yWebsocket("room"), lab.hocuspocus("room")];
    await lab.clock.advance(100);
    write(a, "x");
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
      write(peer, "first ");
      await lab.clock.advance(pace === "busy" ? 3 : 1_000);
      write(peer, "second ");
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
    write(peer, "x");
    await lab.clock.settle();
    const removal = lab.host.remove(ROOM);
    await lab.clock.settle();
    const joining = lab.yWebsocket("room");
    await lab.clock.advance(1_000);
    expect(lab.store.calls.remove).toBe(0);
    append();
    await lab.clock.advance(1_000);
    await removal;
    expect([peer.closed?.code, joining.closed?.code]).toEqual([4404, 4404]);
    expect(await lab.store.describe(ROOM)).toBeNull();
  });

  it("L4: nor does a snapshot that is being written", async () => {
    const lab = createLab({ limits: { snapshotAfterRecords: 1 } });
    const peer = lab.yWebsocket("room");
    await lab.clock.advance(1_000);
    const compact = lab.store.hold("compact");
    for (let i = 0; i < 3; i++) {
      write(peer, "x");
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
    write(a, "x");
    evil.send(clientMessage.update(nestedArrays(150)));
    write(b, "y");
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
    write(peer, "x");
    await lab.clock.advance(1_000);
    let removed = false;
    let removal: Promise<void> = Promise.resolve();
    // There is always a commit under way, and always something that waits for the next one.
    for (let i = 0; i < 50; i++) {
      const append = lab.store.hold("append");
      write(busy, "x");
      await lab.clock.advance(10);
      if (i === 5) {
        removal = lab.host.remove(ROOM).then(() => {
          removed = true;
        });
      }
      write(busy, "y");
      await lab.clock.advance(10);
      append();
    }
    expect(removed).toBe(true);
    await removal;
  });

  it("L4: who opens a room that is being deleted waits, and finds it empty", async () => {
    const lab = createLab();
    const remove = lab.store.hold("remove");
    const removal = lab.host.remove(ROOM);
    await lab.clock.settle();
    const opening = lab.yWebsocket("room");
    await lab.clock.advance(1_000);
    expect(opening.synced).toBe(false);
    remove();
    await lab.clock.advance(1_000);
    await removal;
    expect([opening.synced, text(opening)]).toEqual([true, ""]);
  });

  it("L6: where the store refuses the deletion the room goes on, with all its edits", async () => {
    const lab = createLab();
    const peer = lab.yWebsocket("room");
    await lab.clock.advance(1_000);
    lab.store.fail("remove", () => new StoreError("UNAVAILABLE", "not now"));
    write(peer, "kept ");
    const removal = lab.host.remove(ROOM).catch((error: StoreError) => error.code);
    await lab.clock.advance(100);
    expect(await removal).toBe("UNAVAILABLE");
    lab.store.heal();
    write(peer, "and ");
    await lab.clock.advance(1_000);
    expect(peer.closed).toBeNull();
    expect((await lab.stored("room")).getText("text").toString()).toBe("and kept ");
  });

  it("L6: where the store takes nothing the deletion fails at once, and loses nothing", async () => {
    const lab = createLab();
    const peer = lab.yWebsocket("room");
    await lab.clock.advance(1_000);
    lab.store.fail("append", () => new StoreError("UNAVAILABLE", "not now"));
    write(peer, "kept");
    await lab.clock.advance(10);
    await expect(lab.host.remove(ROOM)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    lab.store.heal();
    await lab.clock.advance(1_000);
    expect(peer.closed).toBeNull();
    expect((await lab.stored("room")).getText("text").toString()).toBe("kept");
  });
});
