import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { ServiceError } from "../src/service.js";
import { StoreError } from "../src/store.js";
import { createLab, roomName } from "./harness/lab.js";
import { text, write } from "./harness/room.js";
import { edit, nestedArrays } from "./harness/updates.js";

const ROOM = roomName("room");

describe("reading and writing without a session", () => {
  it("the live state is read, or the stored one, or nothing", async () => {
    const lab = createLab();
    expect(await lab.host.read(ROOM)).toBeNull();
    const peer = lab.yWebsocket("room");
    await lab.clock.advance(100);
    const append = lab.store.hold("append");
    write(peer, "live");
    const read = async (): Promise<string> => {
      const reading = lab.host.read(ROOM);
      await lab.clock.settle();
      const doc = new Y.Doc();
      Y.applyUpdate(doc, (await reading) as Uint8Array);
      return doc.getText("text").toString();
    };
    expect(await read()).toBe("live");
    append();
    peer.disconnect();
    await lab.clock.advance(60_000);
    expect(lab.host.get(ROOM)).toBeNull();
    expect(await read()).toBe("live");
  });

  it("a write resolves once it is durable, and is broadcast like any edit", async () => {
    const lab = createLab();
    const peer = lab.yWebsocket("room");
    await lab.clock.advance(100);
    const append = lab.store.hold("append");
    const doc = new Y.Doc();
    let done = false;
    const update = edit(doc, () => doc.getText("text").insert(0, "by HTTP"));
    const writing = lab.host.write(ROOM, update).then(() => {
      done = true;
    });
    await lab.clock.advance(1_000);
    expect([text(peer), done]).toEqual(["by HTTP", false]);
    append();
    await lab.clock.settle();
    await writing;
    expect(lab.host.load.sessions).toBe(1);
  });

  it.each([
    ["malformed", Uint8Array.of(1, 2, 3), "UPDATE_REFUSED"],
    ["poisonous", nestedArrays(101), "UPDATE_REFUSED"],
    ["too large", largeUpdate(), "TOO_LARGE"],
  ])("a write that is %s is refused", async (_, update, code) => {
    const lab = createLab({ limits: { maxDocumentBytes: 10_000 } });
    const writing = lab.host.write(ROOM, update).catch((error: unknown) => error);
    await lab.clock.settle();
    expect(await writing).toBeInstanceOf(ServiceError);
    expect(await writing).toMatchObject({ code });
    await lab.clock.advance(60_000);
    expect(lab.host.get(ROOM)).toBeNull();
  });

  it("a write that does not become durable in time says so", async () => {
    const lab = createLab({ limits: { loadTimeoutMs: 5_000 } });
    lab.store.fail("append", () => new StoreError("UNAVAILABLE", "not now"));
    const doc = new Y.Doc();
    const update = edit(doc, () => doc.getText("text").insert(0, "x"));
    const writing = lab.host.write(ROOM, update).catch((error: unknown) => error);
    await lab.clock.advance(5_000);
    expect(await writing).toMatchObject({ code: "UNAVAILABLE" });
  });
});

function largeUpdate(): Uint8Array {
  const doc = new Y.Doc();
  return edit(doc, () => doc.getText("text").insert(0, "x".repeat(20_000)));
}
