import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { StoreError } from "../src/store.js";
import { createLab, identity, roomName, tokens } from "./harness/lab.js";
import { clientMessage } from "./harness/messages.js";
import type { Peer, YWebsocketPeer } from "./harness/peer.js";
import { text, write } from "./harness/room.js";
import { edit } from "./harness/updates.js";

const settledNumbers = (peer: YWebsocketPeer): number[] =>
  peer.received.flatMap((message) => (message.type === "settled" ? [message.count] : []));
const unavailable = (): StoreError => new StoreError("UNAVAILABLE", "not now");

describe("acknowledgements", () => {
  it("D1: a message is settled when it is durable, and not before", async () => {
    const lab = createLab();
    const [a, b] = [lab.yWebsocket("room"), lab.hocuspocus("room")];
    await lab.clock.advance(100);
    expect([a.safe, b.safe]).toEqual([true, true]);
    const append = lab.store.hold("append");
    write(a, "a");
    write(b, "b");
    await lab.clock.advance(30_000);
    expect(text(a)).toBe(text(b));
    expect([a.safe, b.safe]).toEqual([false, false]);
    expect((await lab.stored("room")).getText("text").toString()).toBe("");
    append();
    await lab.clock.settle();
    expect([a.safe, b.safe]).toEqual([true, true]);
  });

  it("D1: so is one that repeats what is not yet durable", async () => {
    const lab = createLab();
    const [a, b] = [lab.yWebsocket("room"), lab.yWebsocket("room")];
    const c = lab.hocuspocus("room");
    await lab.clock.advance(100);
    const append = lab.store.hold("append");
    write(a, "a");
    await lab.clock.advance(100);
    b.send(clientMessage.update(Y.encodeStateAsUpdate(a.doc)));
    c.send(clientMessage.step2(Y.encodeStateAsUpdate(a.doc)));
    await lab.clock.advance(5_000);
    expect([a.safe, b.safe, c.statuses]).toEqual([false, false, [true]]);
    append();
    await lab.clock.settle();
    expect([a.safe, b.safe, c.statuses]).toEqual([true, true, [true, true]]);
  });

  it("D1: so is one that repeats it to a room that was not live", async () => {
    const lab = createLab();
    const a = lab.yWebsocket("room");
    await lab.clock.advance(100);
    const append = lab.store.hold("append");
    write(a, "a");
    await lab.clock.advance(60_000);
    expect(lab.host.get(roomName("room"))?.state).toBe("resting");
    const b = lab.yWebsocket("room");
    await lab.clock.settle();
    b.send(clientMessage.step2(Y.encodeStateAsUpdate(b.doc)));
    await lab.clock.advance(1_000);
    expect([text(b), b.safe]).toEqual(["a", false]);
    append();
    await lab.clock.settle();
    expect(b.safe).toBe(true);
  });

  it("D2: settled numbers never fall and come in order", async () => {
    const lab = createLab();
    const peer = lab.yWebsocket("room");
    for (let i = 0; i < 20; i++) {
      const append = lab.store.hold("append");
      write(peer, `${i} `);
      await lab.clock.advance(i);
      write(peer, `${i} `);
      append();
    }
    await lab.clock.advance(100);
    const numbers = settledNumbers(peer);
    expect(numbers.length).toBeGreaterThan(5);
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    expect(numbers.at(-1)).toBe(peer.sent);
  });

  it("D3: a gap holds back its own and later numbers until it is filled", async () => {
    const lab = createLab();
    const peer = lab.yWebsocket("room");
    await lab.clock.advance(2_000);
    const before = peer.settled;
    const doc = new Y.Doc();
    edit(doc, () => doc.getText("gap").insert(0, "first "));
    const second = edit(doc, () => doc.getText("gap").insert(6, "second "));
    peer.socket.stall();
    peer.send(clientMessage.update(second));
    write(peer, "later");
    await lab.clock.advance(10_000);
    expect((await lab.stored("room")).getText("text").toString()).toBe("later");
    peer.send(clientMessage.step2(Y.encodeStateAsUpdate(doc)));
    await lab.clock.advance(100);
    const filled = peer.sent;
    peer.socket.drain();
    await lab.clock.settle();
    const numbers = settledNumbers(peer).filter((number) => number > before);
    expect(numbers[0]).toBe(filled);
    expect((await lab.stored("room")).getText("gap").toString()).toBe("first second ");
  });

  it("D4: a refused message counts as settled", async () => {
    const lab = createLab({
      authenticator: tokens({ reader: identity({ access: "read" }) }),
    });
    const peer = lab.yWebsocket("room", { token: "reader" });
    const other = lab.hocuspocus("room", { token: "reader" });
    await lab.clock.advance(100);
    for (const each of [peer, other]) write(each, "forged");
    await lab.clock.advance(100);
    expect(peer.refused).toEqual([{ type: "refused", number: 2, reason: "read-only" }]);
    expect([peer.settled, peer.sent]).toEqual([2, 2]);
    expect(other.statuses).toEqual([true, false]);
  });

  it("D1: the latency that is measured runs from arrival to acknowledgement", async () => {
    const lab = createLab();
    const peer = lab.yWebsocket("room");
    await lab.clock.advance(100);
    const append = lab.store.hold("append");
    write(peer, "x");
    await lab.clock.advance(250);
    append();
    await lab.clock.settle();
    expect(lab.meter.acknowledgements.at(-1)).toBe(250);
  });
});

describe("a store that fails", () => {
  it("D5: edits go on, nothing is settled, and everything is once it recovers", async () => {
    const lab = createLab({ limits: { retryMinMs: 100, retryMaxMs: 1_000 } });
    const [a, b] = [lab.yWebsocket("room"), lab.hocuspocus("room")];
    await lab.clock.advance(100);
    lab.store.fail("append", unavailable);
    for (let i = 0; i < 20; i++) {
      write(i % 2 ? a : b, `${i} `);
      await lab.clock.advance(500);
      expect(text(a)).toBe(text(b));
    }
    expect([a.safe, b.safe]).toEqual([false, false]);
    expect(lab.host.journalFailure?.code).toBe("UNAVAILABLE");
    lab.store.heal();
    await lab.clock.advance(1_000);
    expect([a.safe, b.safe]).toEqual([true, true]);
    expect(lab.host.journalFailure).toBeNull();
    expect((await lab.stored("room")).getText("text").toString()).toBe(text(a));
    const errors = lab.logger.lines.filter(({ level }) => level === "error");
    expect(errors).toHaveLength(1);
  });

  it("D5: it is tried again with growing waits", async () => {
    const lab = createLab({ limits: { retryMinMs: 100, retryMaxMs: 800 } });
    const peer = lab.yWebsocket("room");
    await lab.clock.advance(100);
    lab.store.fail("append", unavailable);
    write(peer, "x");
    const tries: number[] = [];
    for (let ms = 0; ms < 4_000; ms += 10) {
      const before = lab.store.calls.append;
      await lab.clock.advance(10);
      if (lab.store.calls.append > before) tries.push(ms);
    }
    const waits = tries.slice(1).map((at, i) => at - (tries[i] ?? 0));
    expect(waits.map((wait) => Math.round(wait / 100) * 100).slice(0, 6)).toEqual([
      100, 200, 400, 800, 800, 800,
    ]);
    lab.store.heal();
    await lab.clock.advance(1_000);
    lab.store.fail("append", unavailable);
    const before = lab.store.calls.append;
    write(peer, "y");
    await lab.clock.advance(150);
    expect(lab.store.calls.append).toBe(before + 2);
  });

  it("D5: a commit whose answer was lost is repeated and does no harm", async () => {
    const lab = createLab();
    const peer = lab.yWebsocket("room");
    await lab.clock.advance(100);
    lab.store.loseAnswers(unavailable);
    write(peer, "once ");
    await lab.clock.advance(1_000);
    expect(peer.safe).toBe(false);
    lab.store.heal();
    await lab.clock.advance(10_000);
    expect(peer.safe).toBe(true);
    expect((await lab.stored("room")).getText("text").toString()).toBe("once ");
  });

  it("D6: all rooms that were edited during a commit share the next", async () => {
    const lab = createLab();
    const peers = ["a", "b", "c"].map((room) => lab.yWebsocket(room));
    await lab.clock.advance(100);
    const before = lab.store.batches.length;
    const append = lab.store.hold("append");
    write(peers[0] as Peer, "1");
    await lab.clock.advance(20);
    for (const peer of peers) write(peer, "2");
    await lab.clock.advance(20);
    for (const peer of peers) write(peer, "3");
    await lab.clock.advance(20);
    expect(lab.store.batches).toHaveLength(before + 1);
    append();
    await lab.clock.settle();
    const [, second, ...more] = lab.store.batches.slice(before);
    expect(second?.map(({ room }) => room).sort()).toEqual(["a", "b", "c"]);
    expect(second?.map(({ updates }) => updates.length)).toEqual([2, 2, 2]);
    expect(more).toEqual([]);
    expect(peers.every((peer) => peer.safe)).toBe(true);
  });
});
