import type { RawClient } from "@homeroom/testkit";
import { eventually, Random } from "@homeroom/testkit";
import { expect } from "vitest";
import * as Y from "yjs";
import { test } from "../support/test.js";

const MiB = 1024 * 1024;

/** Five megabytes of text that does not compress into few structs. */
async function write(client: RawClient): Promise<string> {
  const random = new Random(5);
  for (let part = 0; part < 50; part++) {
    const text = random.text(64).repeat(1600);
    client.edit((doc) => doc.getText("text").insert(0, text));
  }
  await client.allAcknowledged(30_000);
  return client.doc.getText("text").toString();
}

test("a document of 5 MB arrives in slices, the small SyncStep2 last", async ({ lab }) => {
  let server = await lab.homeroom();
  const author = await lab.join(server, "large", { ack: true });
  const text = await write(author);
  expect(text.length).toBeGreaterThan(5 * 1_000_000);

  const expectSlices = async () => {
    const reader = await lab.join(server, "large");
    const states = reader.messages.filter((message) => "update" in message);
    const synced = states.findIndex(({ type }) => type === "step2");
    const slices = states.slice(0, synced).filter(({ type }) => type === "update");
    expect(slices.length).toBeGreaterThanOrEqual(4);
    for (const { update } of slices) expect(update.length).toBeLessThan(1.5 * MiB);
    expect(states[synced]?.update.length).toBeLessThan(0.25 * MiB);
    // Everything had come before "synced" was said.
    expect(reader.doc.getText("text").toString()).toBe(text);
  };
  await expectSlices();
  expect((await server.stop()).code).toBe(0);
  server = await lab.homeroom({ dataDir: server.dataDir });
  await expectSlices();
});

test("stock clients of both dialects join a document of 5 MB", async ({ lab, server }) => {
  const text = await write(await lab.join(server, "stock", { ack: true }));
  const stock = lab.yWebsocket(server, "stock");
  const room = lab.hocuspocus(server).room("stock");
  let whenSynced = "";
  stock.provider.once("sync", () => {
    whenSynced = stock.doc.getText("text").toString();
  });
  await eventually(() => stock.synced && room.synced, { within: 15_000 });
  expect(whenSynced === text).toBe(true);
  await eventually(() => room.doc.getText("text").length === text.length);
  expect(stock.attempts).toBe(1);
});

/** 5 MB, and before it marks with text that somebody else wrote between them. */
function marked(): Uint8Array {
  const [author, other] = [new Y.Doc(), new Y.Doc()];
  // Yjs writes down the larger id first, so that the text between the marks comes last of all.
  author.clientID = 9;
  other.clientID = 2;
  const rich = author.getText("rich");
  rich.insert(0, "x", { italic: true });
  rich.insert(1, "plain", { italic: null });
  Y.applyUpdate(other, Y.encodeStateAsUpdate(author));
  other.getText("rich").insert(0, "italic ", { italic: true });
  Y.applyUpdate(author, Y.encodeStateAsUpdate(other));
  rich.delete(7, 1);
  const map = author.getMap("map");
  for (let part = 0; part < 50; part++) map.set(`part ${part}`, "word ".repeat(20_000));
  return Y.encodeStateAsUpdate(author);
}

test("stock clients that join take no mark of rich text for redundant", async ({ lab, server }) => {
  const author = await lab.join(server, "rich", { ack: true });
  author.edit((doc) => Y.applyUpdate(doc, marked()));
  await author.allAcknowledged(30_000);
  const stock = lab.yWebsocket(server, "rich");
  const room = lab.hocuspocus(server).room("rich");
  // Yjs tidies up only in what it knows to be text.
  const texts = [author, stock, room].map(({ doc }) => doc.getText("rich"));
  await eventually(() => stock.synced && room.synced, { within: 15_000 });
  const late = await lab.join(server, "rich");
  const expected = [{ insert: "italic ", attributes: { italic: true } }, { insert: "plain" }];
  for (const text of [...texts, late.doc.getText("rich")]) expect(text.toDelta()).toEqual(expected);
});

test("a message over the limit is refused with 4413, a document over its limit as well", async ({
  lab,
}) => {
  const server = await lab.homeroom({
    args: ["--max-message-bytes", "64KiB", "--max-document-bytes", "256KiB"],
  });
  const other = await lab.join(server, "limited", { ack: true });
  const large = await lab.join(server, "limited");
  large.edit((doc) => doc.getText("text").insert(0, "x".repeat(65 * 1024)));
  expect((await large.closes()).code).toBe(4413);

  const growing = await lab.join(server, "limited", { ack: true });
  for (let part = 0; part < 10 && growing.closeInfo === null; part++) {
    growing.edit((doc) => doc.getText("text").insert(0, "y".repeat(32 * 1024)));
    const settled = () => growing.acknowledged >= growing.sent || growing.closeInfo !== null;
    await eventually(settled);
  }
  const refusedOrClosed = growing.refusals.length > 0 || growing.closeInfo?.code === 4413;
  expect(refusedOrClosed).toBe(true);
  other.edit((doc) => doc.getMap("map").set("still", "here"));
  await other.allAcknowledged();
});
