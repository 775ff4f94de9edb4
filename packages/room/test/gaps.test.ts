import { EMPTY_UPDATE } from "@homeroom/protocol";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { createLab } from "./harness/lab.js";
import { clientMessage } from "./harness/messages.js";
import type { Peer } from "./harness/peer.js";
import { settledIn, text, write } from "./harness/room.js";
import { edit } from "./harness/updates.js";

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
      write(b, "x");
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

  it("D3: an answer that does not bring what was left out settles nothing", async () => {
    const lab = createLab();
    const [a] = await settledIn(lab);
    const { doc, second } = twoEdits();
    a.send(clientMessage.update(second));
    await lab.clock.advance(1_000);
    // It has answered with what it has, which is nothing.
    expect(asked(a)).toBe(1);
    const before = a.settled;
    write(a, "own ");
    a.send(clientMessage.step2(EMPTY_UPDATE));
    await lab.clock.advance(60_000);
    expect(a.settled).toBe(before);
    a.send(clientMessage.step2(Y.encodeStateAsUpdate(doc)));
    await lab.clock.advance(1_000);
    expect(a.settled).toBe(a.sent);
    expect((await lab.stored("room")).getText("text").toString()).toContain("first second ");
  });

  it("D3: so do deletes of what the room lacks", async () => {
    const lab = createLab();
    const [a] = await settledIn(lab);
    const doc = new Y.Doc();
    edit(doc, () => doc.getText("text").insert(0, "typed"));
    const deleted = edit(doc, () => doc.getText("text").delete(1, 3));
    const before = a.settled;
    a.send(clientMessage.update(deleted));
    await lab.clock.advance(1_000);
    a.send(clientMessage.step2(EMPTY_UPDATE));
    await lab.clock.advance(60_000);
    expect(a.settled).toBe(before);
    a.send(clientMessage.step2(Y.encodeStateAsUpdate(doc)));
    await lab.clock.advance(1_000);
    expect(a.settled).toBe(a.sent);
    expect((await lab.stored("room")).getText("text").toString()).toBe("td");
  });

  it("M13: who goes on behind a gap is closed in the end, and nobody else", async () => {
    const lab = createLab({ limits: { maxMissing: 10 } });
    const [a, b] = await settledIn(lab);
    const { second } = twoEdits();
    a.send(clientMessage.update(second));
    await lab.clock.settle();
    for (let nth = 0; nth < 20; nth++) write(a, "x");
    await lab.clock.advance(1_000);
    expect(a.closed?.code).toBe(1013);
    write(b, "here ");
    await lab.clock.advance(1_000);
    expect(b.safe).toBe(true);
  });

  it("M13: so is who builds on the edits of ever more clients", async () => {
    const lab = createLab({ limits: { maxMissing: 10 } });
    const [a, b] = await settledIn(lab);
    for (let nth = 0; nth < 11; nth++) a.send(clientMessage.update(twoEdits().second));
    await lab.clock.advance(1_000);
    expect(a.closed?.code).toBe(1013);
    expect(b.closed).toBeNull();
  });
});
