import { describe, expect, it } from "vitest";
import { createLab, type Lab, roomName } from "./harness/lab.js";
import { addressed, clientMessage, readServerMessage } from "./harness/messages.js";
import type { Peer } from "./harness/peer.js";
import { text, write } from "./harness/room.js";

const step1 = clientMessage.step1(Uint8Array.of(0));

describe("closing", () => {
  it("C15: everybody is closed with 1012, and whoever comes later", async () => {
    const lab = createLab();
    const peers = [lab.yWebsocket("a"), lab.hocuspocus("b"), lab.yWebsocket("a")];
    const silent = lab.dial();
    await lab.clock.settle();
    void lab.edge.close();
    const late = lab.yWebsocket("a");
    await lab.clock.settle();
    expect([...peers, late].map((peer) => peer.closed?.code)).toEqual([1012, 1012, 1012, 1012]);
    expect(silent.socket.closed?.code).toBe(1012);
    expect(lab.edge.connections).toBe(0);
    expect(lab.host.load.sessions).toBe(0);
  });

  it("C15: many are closed little by little, so that they do not come back all at once", async () => {
    const lab = createLab();
    const lines = Array.from({ length: 200 }, () => lab.dial());
    const closed = (): number => lines.filter(({ socket }) => socket.closed?.code === 1012).length;
    await lab.clock.settle();
    let done = false;
    const closing = lab.edge.close().then(() => {
      done = true;
    });
    await lab.clock.settle();
    expect(closed()).toBe(50);
    const late = lab.dial();
    await lab.clock.settle();
    expect([late.socket.closed?.code, closed()]).toEqual([1012, 50]);
    await lab.clock.advance(25);
    expect([closed(), done]).toEqual([100, false]);
    await lab.clock.advance(50);
    expect(closed()).toBe(200);
    await closing;
    expect(lab.edge.connections).toBe(0);
  });

  it("C15: however many they are, it takes no longer than a second and a half", async () => {
    const lab = createLab();
    const lines = Array.from({ length: 6_001 }, () => lab.dial());
    await lab.clock.settle();
    const closing = lab.edge.close();
    await lab.clock.advance(1_500);
    await closing;
    expect(lines.every(({ socket }) => socket.closed?.code === 1012)).toBe(true);
  });

  it("nothing that comes after the closing is heard", async () => {
    const lab = createLab();
    const peer = lab.yWebsocket("room");
    await lab.clock.settle();
    peer.socket.closesAtOnce = false;
    void lab.edge.close();
    write(peer, "too late");
    await lab.clock.advance(100);
    expect((await lab.stored("room")).getText("text").toString()).toBe("");
    peer.socket.finishClosing();
  });
});

describe("several rooms on a socket", () => {
  it("C16: they are independent of each other", async () => {
    const lab = createLab();
    const line = lab.dial();
    const rooms = ["a", "b", "c"].map((room) => lab.hocuspocus(room, { line }));
    const other = lab.yWebsocket("b");
    await lab.clock.settle();
    for (const peer of rooms) write(peer, peer.room);
    await lab.clock.advance(100);
    expect(text(other)).toBe("b");
    expect(rooms.map(text)).toEqual(["a", "b", "c"]);
    expect(rooms.every((peer) => peer.safe)).toBe(true);
  });

  it("C16: two sessions in one room are two clients", async () => {
    const lab = createLab();
    const line = lab.dial();
    const [a, b] = ["1", "2"].map((session) => lab.hocuspocus("room", { line, session }));
    await lab.clock.settle();
    write(a as Peer, "x");
    await lab.clock.advance(100);
    expect(text(b as Peer)).toBe("x");
    expect(lab.host.load).toEqual({ rooms: 1, sessions: 2 });
  });

  it.each([
    ["a deletion", 4404, (lab: Lab) => lab.host.remove(roomName("a"))],
    [
      "a malformed update",
      4400,
      (_: Lab, peer: Peer) => peer.send(clientMessage.update(Uint8Array.of(1, 2, 3))),
    ],
  ])("C16: %s ends one room's session only", async (_, __, cause) => {
    const lab = createLab();
    const line = lab.dial();
    const [a, b] = [lab.hocuspocus("a", { line }), lab.hocuspocus("b", { line })];
    await lab.clock.settle();
    const done = cause(lab, a);
    await lab.clock.settle();
    await done;
    expect([a.ended, b.ended, line.socket.closed]).toEqual([expect.any(String), null, null]);
    write(b, "fine");
    await lab.clock.advance(100);
    expect(b.safe).toBe(true);
  });

  it("C16: what an ended client still says does not bring its other rooms down", async () => {
    const lab = createLab({ edgeLimits: { authTimeoutMs: 5_000 } });
    const line = lab.dial();
    const [a, b] = [lab.hocuspocus("a", { line }), lab.hocuspocus("b", { line })];
    await lab.clock.settle();
    const removal = lab.host.remove(roomName("a"));
    await lab.clock.settle();
    await removal;
    write(a, "in flight");
    await lab.clock.advance(10_000);
    write(b, "fine");
    await lab.clock.advance(100);
    expect([b.safe, b.ended, line.socket.closed]).toEqual([true, null, null]);
  });

  it("C16: a client that leaves one room keeps the others", async () => {
    const lab = createLab();
    const line = lab.dial();
    const [a, b] = [lab.hocuspocus("a", { line }), lab.hocuspocus("b", { line })];
    await lab.clock.settle();
    a.send(clientMessage.close());
    await lab.clock.settle();
    expect(lab.host.get(roomName("a"))?.sessions.count).toBe(0);
    write(b, "fine");
    await lab.clock.advance(100);
    expect(b.safe).toBe(true);
  });

  it("C16: no more than maxRoomsPerSocket", async () => {
    const lab = createLab({ edgeLimits: { maxRoomsPerSocket: 3 } });
    const line = lab.dial();
    for (const room of ["a", "b", "c"]) lab.hocuspocus(room, { line });
    await lab.clock.settle();
    expect(line.socket.closed).toBeNull();
    line.connection.receive(addressed("d", clientMessage.auth("token")));
    expect(line.socket.closed?.code).toBe(4429);
  });

  it("P3: answers carry the identical address", async () => {
    const lab = createLab();
    const line = lab.dial();
    const heard: (string | null)[] = [];
    line.socket.onMessage((bytes) => heard.push(readServerMessage(bytes, true).address));
    line.connection.receive(addressed("room\0session", clientMessage.auth("token")));
    line.connection.receive(addressed("room\0session", step1));
    await lab.clock.settle();
    expect(heard).toEqual(["room\0session", "room\0session", "room\0session"]);
  });
});
