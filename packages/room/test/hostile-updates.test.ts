import { describe, expect, it, onTestFinished, vi } from "vitest";
import * as Y from "yjs";
import { RoomDocument } from "../src/home/document.js";
import { StoreError } from "../src/store.js";
import { createLab, everybody, identity, tokens } from "./harness/lab.js";
import { clientMessage } from "./harness/messages.js";
import { settledIn, text, write } from "./harness/room.js";
import { edit, nest, nestedArrays, poison } from "./harness/updates.js";

const writers = (...names: string[]): Parameters<typeof createLab>[0] => ({
  authenticator: tokens({
    reader: identity({ access: "read" }),
    ...Object.fromEntries(names.map((name) => [name, identity({ access: "write" })])),
  }),
});

describe("hostile updates", () => {
  it("D2: a snapshot in the middle of a batch that is tried one by one leaves numbers in order", async () => {
    const lab = createLab({ limits: { snapshotAfterRecords: 0, snapshotDuty: 1 } });
    const [a, evil] = [lab.yWebsocket("room"), lab.yWebsocket("room")];
    await lab.clock.advance(2_000);
    write(a, "first ");
    evil.send(clientMessage.update(nestedArrays(150)));
    for (const words of ["second ", "third ", "fourth "]) write(a, words);
    await lab.clock.advance(2_000);
    expect(evil.closed?.code).toBe(4400);
    const settled = a.received.flatMap((each) => (each.type === "settled" ? [each.count] : []));
    expect(settled).toEqual([...settled].sort((one, other) => one - other));
    expect(a.safe).toBe(true);
  });

  it("M5: the sender of a poison is closed, the rest of its batch is applied", async () => {
    const lab = createLab();
    const [a, b, evil] = await settledIn(lab);
    const [harmless, poisonous] = poison(9);
    evil.send(clientMessage.update(harmless));
    await lab.clock.advance(100);
    write(a, "a ");
    evil.send(clientMessage.update(poisonous));
    write(b, "b ");
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
    write(a, "meanwhile");
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
    write(a, "accepted ");
    a.disconnect();
    await lab.clock.advance(100);
    for (const update of poison(9)) evil.send(clientMessage.update(update));
    await lab.clock.advance(1_000);
    write(b, "afterwards ");
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
    write(a, "waits for the store");
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
    write(a, "good");
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
    write(a, "a ");
    for (let i = 0; i < 10; i++) evil.send(clientMessage.update(poison(20 + 2 * i)[1]));
    write(b, "b ");
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
      if (!evil.includes(peer)) write(peer, `${i} `);
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
    write(a, "fine");
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
    write(early, "forged before the room was loaded ");
    await lab.clock.settle();
    open();
    await lab.clock.advance(100);
    write(writer, "real");
    const reader = lab.yWebsocket("room", { token: "reader" });
    const spectator = lab.hocuspocus("room", { token: "reader" });
    await lab.clock.advance(100);
    for (const peer of [reader, spectator]) {
      const forged = new Y.Doc();
      Y.applyUpdate(forged, Y.encodeStateAsUpdate(writer.doc));
      forged.getText("text").delete(0, 2);
      peer.send(clientMessage.update(Y.encodeStateAsUpdate(forged)));
      peer.send(clientMessage.step2(Y.encodeStateAsUpdate(forged)));
      write(peer, "forged ");
    }
    await lab.clock.advance(100);
    expect(text(writer)).toBe("real");
    expect((await lab.stored("room")).getText("text").toString()).toBe("real");
  });

  it("M7: comment access reads", async () => {
    const lab = createLab({ authenticator: everybody("comment") });
    const peer = lab.yWebsocket("room");
    await lab.clock.settle();
    write(peer, "forged");
    await lab.clock.advance(100);
    expect(peer.refused).toHaveLength(1);
    expect((await lab.stored("room")).getText("text").toString()).toBe("");
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
