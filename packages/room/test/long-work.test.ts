import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { createLab, type Lab, roomName } from "./harness/lab.js";
import { clientMessage } from "./harness/messages.js";
import { settledIn, text, updatesIn, write } from "./harness/room.js";
import { edit, poison } from "./harness/updates.js";

/** What is longer than a few words is long. */
const limits = { longBytes: 400, stepBytes: 60 } as const;

/** Typed letter by letter, each in front of the last one, so that each is a struct by itself. */
function typed(client: number, letters: number): Y.Doc {
  const doc = new Y.Doc();
  doc.clientID = client;
  for (let i = 0; i < letters; i++) doc.getText("text").insert(0, "x");
  return doc;
}

const XS = "x".repeat(300);
const long = (): Uint8Array => Y.encodeStateAsUpdate(typed(7, 300));

/** Turns until something is so: within so many, else it fails. */
function turnsUntil(lab: Lab, isSo: () => boolean): number {
  for (let turns = 0; turns < 1_000; turns++) {
    if (isSo()) return turns;
    lab.clock.turn();
  }
  throw new Error("it is not so after a thousand turns");
}

describe("long updates", () => {
  it("W1, W2: one is applied over many turns, in which other rooms have theirs, and sent as one", async () => {
    const lab = createLab({ limits });
    const [a, b] = await settledIn(lab, 2, "large");
    const [c, d] = await settledIn(lab, 2, "small");
    a.send(clientMessage.update(long()));
    write(c, "small");
    expect(turnsUntil(lab, () => text(d) === "small")).toBeLessThan(4);
    expect([text(b), a.safe]).toEqual(["", false]);
    expect(turnsUntil(lab, () => text(b) === XS)).toBeGreaterThan(10);
    expect(updatesIn(b)).toHaveLength(1);
    await lab.clock.settle();
    expect(a.safe).toBe(true);
    expect((await lab.stored("large")).getText("text").toString()).toBe(XS);
  });

  it("W2: who joins meanwhile sees nothing of it, and then all", async () => {
    const lab = createLab({ limits });
    const [a] = await settledIn(lab, 1);
    a.send(clientMessage.update(long()));
    for (let i = 0; i < 5; i++) lab.clock.turn();
    const late = lab.yWebsocket("room");
    turnsUntil(lab, () => late.synced);
    expect([text(late), late.doc.store.clients.size]).toEqual(["", 0]);
    await lab.clock.settle();
    expect(text(late)).toBe(XS);
  });

  it("W2: what comes after it is settled after it", async () => {
    const lab = createLab({ limits });
    const [a] = await settledIn(lab, 1);
    a.send(clientMessage.update(long()));
    write(a, "and ");
    await lab.clock.advance(1_000);
    const settled = a.received.flatMap((each) => (each.type === "settled" ? [each.count] : []));
    expect(settled).toEqual([...settled].sort((one, other) => one - other));
    expect(a.safe).toBe(true);
    expect((await lab.stored("room")).getText("text").length).toBe(304);
  });

  it("W2, M5: one that breaks the document leaves nothing, and closes its sender", async () => {
    const lab = createLab({ limits });
    const [a, b, evil] = await settledIn(lab);
    const [harmless, poisonous] = poison(9);
    evil.send(clientMessage.update(harmless));
    await lab.clock.advance(100);
    evil.send(clientMessage.update(Y.mergeUpdates([long(), poisonous])));
    write(a, "a ");
    await lab.clock.advance(1_000);
    expect(evil.closed).toEqual({ code: 4400, reason: "update does not apply" });
    expect([a.closed, b.closed, a.safe]).toEqual([null, null, true]);
    expect([text(a), text(b)]).toEqual(["a ", "a "]);
    expect((await lab.stored("room")).getText("text").toString()).toBe("a ");
  });

  it("W2, M4: one that builds on what is missing is not kept, and its sender is asked", async () => {
    const lab = createLab({ limits });
    const [a] = await settledIn(lab, 1);
    const doc = typed(7, 10);
    const first = Y.encodeStateAsUpdate(doc);
    const rest = edit(doc, () => {
      for (let i = 0; i < 300; i++) doc.getText("text").insert(0, "y");
    });
    a.received = [];
    a.send(clientMessage.update(rest));
    await lab.clock.advance(100);
    expect(a.received.filter(({ type }) => type === "step1")).toHaveLength(1);
    expect((await lab.stored("room")).getText("text").length).toBe(0);
    a.send(clientMessage.step2(Y.mergeUpdates([first, rest])));
    await lab.clock.advance(5_000);
    expect(a.safe).toBe(true);
    expect((await lab.stored("room")).getText("text").length).toBe(310);
  });

  it("M8: a malformed one closes its sender", async () => {
    const lab = createLab({ limits });
    const [a, b] = await settledIn(lab, 2);
    a.send(clientMessage.update(long().subarray(0, -3)));
    await lab.clock.advance(100);
    expect([a.closed?.code, b.closed]).toEqual([4400, null]);
  });
});

describe("long documents", () => {
  it("W3: a document of rich text that is built in parts is not tidied up", async () => {
    const lab = createLab({ limits: { ...limits, restAfterMs: 1_000 } });
    const [a, b] = await settledIn(lab, 2);
    const xml = new Y.XmlText();
    a.doc.getXmlFragment("xml").insert(0, [xml]);
    for (let i = 0; i < 60; i++) xml.insert(0, `${i % 10}`);
    // Redundant for who has not seen the end of the first one.
    xml.format(0, 30, { bold: true });
    xml.format(40, 10, { bold: true });
    await lab.clock.advance(30_000);
    expect(lab.host.get(roomName("room"))?.state).toBe("resting");
    const before = a.doc.getXmlFragment("xml").toString();
    write(b, "awake");
    await lab.clock.advance(1_000);
    const live = new Y.Doc();
    Y.applyUpdate(live, (await readNow(lab)) as Uint8Array);
    expect(live.getXmlFragment("xml").toString()).toBe(before);
    expect(live.getText("text").toString()).toBe("awake");
  });

  it("W4: people go on editing while it is encoded for a snapshot", async () => {
    const lab = createLab({ limits: { ...limits, snapshotAfterRecords: 4 } });
    const [a] = await settledIn(lab, 1);
    a.send(clientMessage.update(long()));
    await lab.clock.advance(100);
    for (let i = 0; i < 40; i++) {
      write(a, "a");
      for (let turn = 0; turn < 3; turn++) lab.clock.turn();
      await lab.clock.advance(9);
    }
    await lab.clock.advance(60_000);
    expect(lab.store.calls.compact).toBeGreaterThan(1);
    expect(a.safe).toBe(true);
    const stored = await lab.stored("room");
    const letters = stored.getText("text").toString();
    expect(letters.replaceAll("x", "")).toBe("a".repeat(40));
    expect(letters.replaceAll("a", "")).toBe(XS);
    lab.crash();
    await lab.clock.settle();
    expect((await lab.stored("room")).getText("text").length).toBe(340);
  });

  it("W5: who joins is sent it over several turns, with the edits that are made meanwhile", async () => {
    const lab = createLab({ limits: { ...limits, sliceBytes: 200 } });
    const [a] = await settledIn(lab, 1);
    a.send(clientMessage.update(long()));
    await lab.clock.advance(100);
    const late = lab.yWebsocket("room");
    turnsUntil(lab, () => updatesIn(late).length === 2);
    write(a, "meanwhile ");
    expect(turnsUntil(lab, () => late.synced)).toBeGreaterThan(3);
    await lab.clock.advance(100);
    expect(text(late).replace("meanwhile ", "")).toBe(XS);
    expect(text(late)).toContain("meanwhile ");
    expect(late.received.filter(({ type }) => type === "step2")).toHaveLength(1);
  });

  it("W5: where the room is handed over half-way, they are sent the rest before that", async () => {
    const lab = createLab({ limits: { ...limits, sliceBytes: 200 } });
    const [a] = await settledIn(lab, 1);
    a.send(clientMessage.update(long()));
    await lab.clock.advance(100);
    const got: Uint8Array[] = [];
    const order: string[] = [];
    const channel = lab.host.subscribe(roomName("room"), {
      opened() {},
      broadcastUpdate() {},
      broadcastAwareness() {},
      sync(_session, kind, bytes) {
        if (kind !== "step1") got.push(bytes);
        order.push(kind);
      },
      awareness() {},
      settled() {},
      refused() {},
      probe() {},
      close() {},
      moved() {
        order.push("moved");
      },
    });
    channel.join(1, "write", true);
    channel.syncStep1(1, Uint8Array.of(0));
    turnsUntil(lab, () => order.at(-1) === "update");
    const handedOver = lab.host.handOver(
      roomName("room"),
      () => Promise.resolve({ node: "next", url: "http://next", epoch: 9 }),
      1_000,
    );
    // Before any further turn of the event loop: promises alone.
    await handedOver;
    expect(order.slice(-2)).toEqual(["step2", "moved"]);
    const copy = new Y.Doc();
    for (const update of got) Y.applyUpdate(copy, update);
    expect(copy.getText("text").toString()).toBe(XS);
  });
});

async function readNow(lab: Lab): Promise<Uint8Array | null> {
  const reading = lab.host.read(roomName("room"));
  await lab.clock.settle();
  return await reading;
}
