import {
  createEncoder,
  toUint8Array,
  writeUint8,
  writeVarString,
  writeVarUint,
} from "lib0/encoding";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { createLab } from "./harness/lab.js";
import { clientMessage } from "./harness/messages.js";
import type { Peer } from "./harness/peer.js";
import { edit } from "./harness/updates.js";

const text = (peer: Peer): string => peer.doc.getText("text").toString();

const STRING = 4;
const HAS_RIGHT_ORIGIN = 0x40;

/** Items that all want the start of a text, each before another of its letters: Yjs compares all. */
function competing(client: number, author: number, items: number): Uint8Array {
  const encoder = createEncoder();
  for (const number of [1, items, client, 0]) writeVarUint(encoder, number);
  for (let i = 0; i < items; i++) {
    writeUint8(encoder, HAS_RIGHT_ORIGIN | STRING);
    writeVarUint(encoder, author);
    writeVarUint(encoder, i);
    writeVarString(encoder, "x");
  }
  writeVarUint(encoder, 0);
  return toUint8Array(encoder);
}

describe("updates that cost more than they look", () => {
  it("M11: an update that Yjs cannot apply in time closes its sender, and nobody else", async () => {
    const items = 5_000;
    const lab = createLab({ limits: { applyTimeoutMs: 100 } });
    const author = lab.yWebsocket("room", { clientId: 100 });
    const evil = lab.yWebsocket("room");
    await lab.clock.advance(2_000);
    author.doc.getText("text").insert(0, "y".repeat(items));
    await lab.clock.advance(100);
    evil.sendRaw(clientMessage.update(competing(7, 100, items)));
    await lab.clock.advance(100);
    expect(evil.closed).toEqual({ code: 4400, reason: "update does not apply" });
    author.doc.getText("text").insert(0, "on ");
    await lab.clock.advance(100);
    expect([author.closed, author.safe]).toEqual([null, true]);
    const later = lab.yWebsocket("room");
    await lab.clock.advance(100);
    expect(text(later)).toBe(`on ${"y".repeat(items)}`);
  });

  it("M12: root types beyond maxRoots are refused, and those that are there go on", async () => {
    const lab = createLab({ limits: { maxRoots: 3 } });
    const a = lab.yWebsocket("room", { clientId: 100 });
    const b = lab.yWebsocket("room", { clientId: 101 });
    await lab.clock.advance(2_000);
    for (const root of ["one", "two", "three"]) a.doc.getMap(root).set("key", 1);
    await lab.clock.advance(100);
    b.send(clientMessage.update(edit(b.doc, (doc) => doc.getMap("four").set("key", 1))));
    await lab.clock.advance(100);
    expect(lab.meter.refusals).toContain("too-large");
    a.doc.getMap("three").set("key", 2);
    await lab.clock.advance(100);
    const later = lab.yWebsocket("room");
    await lab.clock.advance(100);
    expect(later.doc.getMap("three").get("key")).toBe(2);
    expect(later.doc.getMap("four").size).toBe(0);
  });

  it("M8: what counts is what an update may come to in memory", async () => {
    const lab = createLab({ limits: { maxDocumentBytes: 20_000 } });
    const a = lab.yWebsocket("room", { clientId: 100 });
    await lab.clock.advance(2_000);
    const many = edit(a.doc, (doc) => {
      const list = doc.getArray("list");
      for (let i = 0; i < 1_000; i++) list.push([new Y.Map()]);
    });
    expect(many.length).toBeLessThan(20_000);
    await lab.clock.advance(100);
    expect(lab.meter.refusals).toContain("too-large");
  });
});
