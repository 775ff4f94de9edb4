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
});
