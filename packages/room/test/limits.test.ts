import { describe, expect, it } from "vitest";
import { StoreError } from "../src/store.js";
import { createLab, identity, tokens } from "./harness/lab.js";
import { settledIn, text, write } from "./harness/room.js";

const writers = (...names: string[]): Parameters<typeof createLab>[0] => ({
  authenticator: tokens({
    reader: identity({ access: "read" }),
    ...Object.fromEntries(names.map((name) => [name, identity({ access: "write" })])),
  }),
});

describe("limits", () => {
  it("M8: an update that would make the document too large is refused, deleting is not", async () => {
    const lab = createLab({ limits: { maxDocumentBytes: 2_000 } });
    const [a, b] = await settledIn(lab);
    write(a, "x".repeat(1_500));
    await lab.clock.advance(100);
    write(b, "y".repeat(1_000));
    await lab.clock.advance(100);
    expect(b.refused.map(({ reason }) => reason)).toEqual(["document too large"]);
    expect(text(a)).toBe("x".repeat(1_500));
    a.doc.getText("text").delete(0, 1_400);
    await lab.clock.advance(100);
    expect(a.refused).toEqual([]);
    a.doc.getText("text").insert(0, "z".repeat(1_000));
    await lab.clock.advance(100);
    expect(a.refused).toEqual([]);
    expect((await lab.stored("room")).getText("text").toString()).toBe(text(a));
  });

  it("M8: what others may not write does not count against anybody's edit", async () => {
    const lab = createLab({ ...writers("writer"), limits: { maxDocumentBytes: 2_000 } });
    const writer = lab.yWebsocket("room", { token: "writer" });
    const reader = lab.yWebsocket("room", { token: "reader" });
    await lab.clock.advance(2_000);
    write(reader, "forged".repeat(400));
    reader.doc.getText("text").delete(0, 1);
    write(writer, "real");
    await lab.clock.advance(100);
    expect(writer.refused).toEqual([]);
    expect((await lab.stored("room")).getText("text").toString()).toBe("real");
  });

  it("M10: more than maxPendingBytes waiting in a room closes whoever sends more", async () => {
    const lab = createLab({ limits: { maxPendingBytes: 1_000 } });
    const open = lab.store.hold("open");
    const [a, b] = [lab.yWebsocket("room"), lab.yWebsocket("room")];
    const other = lab.yWebsocket("other");
    a.socket.stall();
    write(a, "x".repeat(1_000));
    write(b, "one too many");
    write(other, "fine");
    await lab.clock.settle();
    expect([a.closed, b.closed?.code, other.closed]).toEqual([null, 1013, null]);
    open();
    await lab.clock.advance(100);
    a.socket.drain();
    await lab.clock.advance(100);
    expect((await lab.stored("room")).getText("text").length).toBe(1_000);
    b.connect();
    await lab.clock.advance(100);
    expect(text(a)).toBe(text(b));
    expect(b.safe).toBe(true);
  });

  it("M10: so does more than maxJournalQueueBytes in the process", async () => {
    const lab = createLab({ limits: { maxJournalQueueBytes: 1_000 } });
    const [a] = await settledIn(lab);
    const [b] = await settledIn(lab, 3, "other");
    lab.store.fail("append", () => new StoreError("FULL", "no space left"));
    write(a, "x".repeat(1_000));
    await lab.clock.advance(50);
    write(b, "one too many");
    await lab.clock.advance(50);
    expect([a.closed, b.closed?.code]).toEqual([null, 1013]);
    expect(lab.meter.refusals).toEqual(["backlog"]);
    lab.store.heal();
    await lab.clock.advance(10_000);
    b.connect();
    await lab.clock.advance(100);
    expect((await lab.stored("other")).getText("text").toString()).toBe("one too many");
  });

  it("M10: a room that fills its own share of the queue leaves the others theirs", async () => {
    const lab = createLab({ limits: { maxRoomQueueBytes: 1_000 } });
    const [a] = await settledIn(lab);
    const [b] = await settledIn(lab, 3, "other");
    lab.store.fail("append", () => new StoreError("UNAVAILABLE", "not now"));
    write(a, "x".repeat(1_000));
    await lab.clock.advance(50);
    write(a, "one too many");
    write(b, "goes on");
    await lab.clock.advance(50);
    expect([a.closed?.code, b.closed]).toEqual([1013, null]);
    lab.store.heal();
    await lab.clock.advance(10_000);
    write(b, "and a still ");
    a.connect();
    write(a, "open again");
    await lab.clock.advance(100);
    expect([a.safe, b.safe]).toEqual([true, true]);
  });

  it("M10: whoever only joins while the journal is full is not closed", async () => {
    const lab = createLab({ limits: { maxJournalQueueBytes: 1_000 } });
    const [a] = await settledIn(lab);
    lab.store.fail("append", () => new StoreError("FULL", "no space left"));
    write(a, "x".repeat(1_000));
    await lab.clock.advance(50);
    const joined = lab.yWebsocket("room");
    await lab.clock.advance(500);
    expect(joined.closed).toBeNull();
    expect(text(joined)).toBe(text(a));
  });
});
