import { describe, expect, it } from "vitest";
import { defaultRoomLimits } from "../src/limits.js";
import { createLab, roomName } from "./harness/lab.js";
import { clientMessage } from "./harness/messages.js";
import type { Peer } from "./harness/peer.js";
import { text, write } from "./harness/room.js";

const step1 = clientMessage.step1(Uint8Array.of(0));

describe("slow readers", () => {
  const limits = { edgeLimits: { softBufferBytes: 5_000, maxBufferBytes: 20_000 } };

  it("C10: a slow reader gets no awareness, then is closed with 4508; nobody waits", async () => {
    const lab = createLab(limits);
    const [slow, fast] = [lab.yWebsocket("room"), lab.hocuspocus("room")];
    const writer = lab.yWebsocket("room", { awareness: { cursor: 0 } });
    await lab.clock.advance(100);
    const { socket } = slow;
    socket.stall();
    for (let i = 0; i < 6; i++) {
      write(writer, "x".repeat(1_000));
      await lab.clock.advance(50);
    }
    expect(socket.buffered).toBeGreaterThan(5_000);
    const writes = socket.writes.length;
    for (let i = 0; i < 10; i++) {
      writer.awareness.setLocalState({ cursor: i });
      await lab.clock.advance(defaultRoomLimits.awarenessIntervalMs);
    }
    expect(socket.writes).toHaveLength(writes);
    expect(fast.awareness.getStates().get(writer.doc.clientID)).toEqual({ cursor: 9 });
    // Nor any that it asks for.
    slow.send(clientMessage.queryAwareness());
    await lab.clock.advance(50);
    expect(socket.writes).toHaveLength(writes);
    for (let i = 0; i < 20; i++) {
      write(writer, "x".repeat(1_000));
      await lab.clock.advance(50);
    }
    expect(socket.closed?.code).toBe(4508);
    expect(lab.meter.slowReaders).toBe(1);
    expect([text(fast), fast.closed, writer.safe]).toEqual([text(writer), null, true]);
  });

  it("C10: its room is left at once, however long the closing handshake takes", async () => {
    const lab = createLab(limits);
    const slow = lab.yWebsocket("room", { awareness: { name: "slow" } });
    const writer = lab.yWebsocket("room");
    await lab.clock.advance(100);
    slow.socket.stall();
    slow.socket.closesAtOnce = false;
    for (let i = 0; i < 30; i++) write(writer, "x".repeat(1_000));
    await lab.clock.advance(1_000);
    const line = slow.socket;
    expect([line.closed?.code, line.ended]).toEqual([4508, false]);
    expect(lab.host.get(roomName("room"))?.sessions.count).toBe(1);
    expect(writer.awareness.getStates().size).toBe(0);
    line.finishClosing();
  });

  it("C10: a room that is deleted meanwhile is not kept by one that is being closed", async () => {
    const lab = createLab(limits);
    const slow = lab.yWebsocket("room");
    const writer = lab.yWebsocket("room");
    await lab.clock.advance(100);
    slow.socket.stall();
    slow.socket.closesAtOnce = false;
    for (let i = 0; i < 30; i++) write(writer, "x".repeat(1_000));
    await lab.clock.advance(100);
    const removal = lab.host.remove(roomName("room"));
    await lab.clock.settle();
    await removal;
    const newcomer = lab.yWebsocket("room");
    await lab.clock.advance(100);
    expect([newcomer.synced, text(newcomer)]).toEqual([true, ""]);
    slow.socket.finishClosing();
  });

  it("C10: the same for a socket that is found closed by a write", async () => {
    const lab = createLab();
    const gone = lab.yWebsocket("room", { awareness: { name: "gone" } });
    const writer = lab.yWebsocket("room");
    await lab.clock.advance(100);
    // The socket's owner has not been told yet.
    gone.socket.ended = true;
    write(writer, "x");
    await lab.clock.advance(100);
    expect(lab.host.get(roomName("room"))?.sessions.count).toBe(1);
    expect(lab.edge.connections).toBe(1);
  });

  it("C11: large states are sent as the socket drains", async () => {
    const lab = createLab({ ...limits, limits: { sliceBytes: 2_000 } });
    const writer = lab.yWebsocket("room");
    await lab.clock.advance(100);
    for (let i = 0; i < 300; i++) writer.doc.getMap("map").set(`key ${i}`, "x".repeat(100));
    await lab.clock.advance(100);
    const reader = lab.yWebsocket("room", { stalled: true });
    let most = 0;
    for (let i = 0; i < 100 && !reader.synced; i++) {
      await lab.clock.advance(10);
      most = Math.max(most, reader.socket.buffered);
      reader.socket.drain(false);
    }
    await lab.clock.advance(10);
    expect(reader.synced).toBe(true);
    expect(reader.doc.getMap("map").toJSON()).toEqual(writer.doc.getMap("map").toJSON());
    expect(most).toBeGreaterThan(2_000);
    expect(most).toBeLessThan(5_000 + 2_500);
  });

  it("C11: what is broadcast meanwhile comes after it, and counts as unread", async () => {
    const lab = createLab({ ...limits, limits: { sliceBytes: 2_000 } });
    const writer = lab.yWebsocket("room");
    await lab.clock.advance(100);
    for (let i = 0; i < 300; i++) writer.doc.getMap("map").set(`key ${i}`, "x".repeat(100));
    await lab.clock.advance(40_000);
    const reader = lab.yWebsocket("room", { stalled: true });
    const idle = lab.yWebsocket("room", { stalled: true });
    await lab.clock.advance(100);
    for (let i = 0; i < 10; i++) {
      write(writer, "x".repeat(500));
      await lab.clock.advance(50);
    }
    for (let i = 0; i < 100 && !reader.synced; i++) {
      reader.socket.drain(false);
      await lab.clock.advance(10);
    }
    reader.socket.drain();
    await lab.clock.advance(10);
    expect(text(reader)).toBe(text(writer));
    const order = reader.received.map(({ type }) => type);
    expect(order.slice(order.indexOf("step2") + 1)).toEqual(Array(10).fill("update"));
    for (let i = 0; i < 30; i++) {
      write(writer, "x".repeat(500));
      await lab.clock.advance(50);
    }
    expect([idle.closed?.code, reader.closed]).toEqual([4508, null]);
  });

  it("C11: it does so too where the client reads faster than the state is cut", async () => {
    const lab = createLab({ limits: { sliceBytes: 20_000, flushIntervalMs: 0 } });
    const writer = lab.yWebsocket("room");
    await lab.clock.advance(100);
    const map = writer.doc.getMap("map");
    writer.doc.transact(() => {
      for (let i = 0; i < 1_000; i++) map.set(`key ${i}`, "x".repeat(200));
    });
    await lab.clock.advance(100);
    const reader = lab.yWebsocket("room");
    const turnsUntil = (isSo: () => boolean): void => {
      for (let turn = 0; turn < 1_000 && !isSo(); turn++) lab.clock.turn();
    };
    turnsUntil(() => reader.count("update") === 2);
    write(writer, "meanwhile");
    turnsUntil(() => reader.synced);
    await lab.clock.advance(100);
    expect(reader.received.map(({ type }) => type).slice(-2)).toEqual(["step2", "update"]);
    expect(text(reader)).toBe("meanwhile");
    expect(reader.doc.getMap("map").size).toBe(1_000);
  });

  it("C11: one that reads nothing and asks again and again makes us keep one answer", async () => {
    const lab = createLab({
      edgeLimits: { softBufferBytes: 5_000, maxBufferBytes: 500_000 },
      limits: { sliceBytes: 2_000 },
    });
    const writer = lab.yWebsocket("room");
    await lab.clock.advance(100);
    for (let i = 0; i < 50; i++) writer.doc.getMap("map").set(`old ${i}`, "x".repeat(1_000));
    await lab.clock.advance(100);
    const reader = lab.yWebsocket("room", { stalled: true });
    for (let i = 0; i < 50; i++) {
      writer.doc.getMap("map").set(`new ${i}`, "x".repeat(1_000));
      await lab.clock.advance(10);
      reader.send(step1);
    }
    reader.socket.drain();
    await lab.clock.advance(100);
    // The one that was under way, and the one that was asked for last.
    expect(reader.count("step2")).toBe(2);
    expect(reader.doc.getMap("map").toJSON()).toEqual(writer.doc.getMap("map").toJSON());
  });

  it("C14: those who speak alike are written the same buffer", async () => {
    const lab = createLab();
    const plain = [1, 2, 3].map(() => lab.yWebsocket("room", { acknowledged: false }));
    const named = [1, 2].map(() => lab.hocuspocus("room"));
    const writer = lab.yWebsocket("room", { awareness: { x: 1 } });
    await lab.clock.advance(1_000);
    const since = new Map<Peer, number>(
      [...plain, ...named].map((peer) => [peer, peer.socket.writes.length]),
    );
    write(writer, "x");
    await lab.clock.settle();
    writer.awareness.setLocalState({ x: 2 });
    await lab.clock.advance(100);
    const written = (peer: Peer): Uint8Array[] => peer.socket.writes.slice(since.get(peer));
    for (const group of [plain, named]) {
      const [first, ...others] = group.map((peer) => written(peer));
      // The last is an echo of awareness that nobody relays.
      expect(first?.length).toBeGreaterThanOrEqual(2);
      for (const other of others) {
        expect(other[0]).toBe(first?.[0]);
        expect(other[1]).toBe(first?.[1]);
      }
    }
  });
});
