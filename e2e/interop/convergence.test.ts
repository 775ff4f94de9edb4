import { eventually, type HomeroomProcess, type Lab, waitForConvergence } from "@homeroom/testkit";
import { describe, expect } from "vitest";
import { removeAwarenessStates } from "y-protocols/awareness";
import * as Y from "yjs";
import { test } from "../support/test.js";

/** The three clients that people have, in one room. */
async function people(lab: Lab, server: HomeroomProcess, room: string) {
  const three = lab.yWebsocket(server, room);
  const two = lab.yWebsocket(server, room, { version: 2 });
  const hocuspocus = lab.hocuspocus(server).room(room);
  const all = { three, two, hocuspocus };
  const everyone = Object.values(all);
  await eventually(() => everyone.every((one) => one.synced), { message: "everybody is synced" });
  return { ...all, everyone, docs: everyone.map(({ doc }) => doc) };
}

/** An edit by each client in its turn; the others must see what it gives. */
type Change = (doc: Y.Doc, by: number) => void;

const kinds: Readonly<Record<string, Change>> = {
  text: (doc, by) => {
    const text = doc.getText("text");
    text.insert(by % (text.length + 1), `wörd-${by}-🏠 `, by % 2 === 0 ? { bold: true } : {});
    if (text.length > 40) text.delete(3, 5);
  },
  map: (doc, by) => {
    const map = doc.getMap<unknown>("map");
    map.set(`own-${by}`, { by, list: [1, null, "x"] });
    map.set("shared", by);
    map.set("nested", new Y.Map([["deep", by]]));
    if (by % 3 === 2) map.delete("own-0");
  },
  array: (doc, by) => {
    const array = doc.getArray<unknown>("array");
    array.insert(Math.floor(array.length / 2), [by, Uint8Array.of(by), new Y.Text(`t${by}`)]);
    if (array.length > 9) array.delete(1, 2);
  },
  xml: (doc, by) => {
    const fragment = doc.getXmlFragment("default");
    const paragraph = new Y.XmlElement("paragraph");
    paragraph.setAttribute("by", String(by));
    paragraph.insert(0, [new Y.XmlText(`line ${by}`)]);
    fragment.insert(by % (fragment.length + 1), [paragraph]);
    if (fragment.length > 5) fragment.delete(0, 1);
  },
};

describe.for(Object.entries(kinds))("%s", ([kind, change]) => {
  test("clients of y-websocket 3, y-websocket 2 and Hocuspocus see each other's edits", async ({
    lab,
    server,
  }) => {
    const { docs } = await people(lab, server, `room-${kind}`);
    for (const [by, doc] of docs.entries()) {
      doc.transact(() => change(doc, by));
      await waitForConvergence(docs, { message: `everybody sees the edit of client ${by}` });
    }
    for (let round = 1; round <= 10; round++) {
      for (const [by, doc] of docs.entries()) doc.transact(() => change(doc, round * 3 + by));
    }
    await waitForConvergence(docs);
    const late = lab.hocuspocus(server).room(`room-${kind}`);
    await eventually(() => late.synced);
    await waitForConvergence([...docs, late.doc]);
  });
});

test("everybody sees who is here, what they do, and that they left", async ({ lab, server }) => {
  const { three, two, hocuspocus, everyone } = await people(lab, server, "presence");
  for (const [by, one] of everyone.entries()) one.awareness.setLocalState({ name: `client ${by}` });
  const sees = (name: string) =>
    everyone.every(({ awareness }) =>
      [...awareness.getStates().values()].some((state) => state.name === name),
    );
  for (const name of ["client 0", "client 1", "client 2"]) await eventually(() => sees(name));

  for (const one of [three, hocuspocus]) {
    for (let step = 0; step <= 20; step++) one.awareness.setLocalStateField("cursor", step);
    await eventually(() =>
      everyone.every(({ awareness }) => awareness.getStates().get(one.doc.clientID)?.cursor === 20),
    );
  }

  // One leaves with a word, the other one's connection just ends.
  removeAwarenessStates(two.awareness, [two.doc.clientID], "test");
  hocuspocus.provider.configuration.websocketProvider.destroy();
  await eventually(() => three.awareness.getStates().size === 1, {
    message: () => `only one is left of ${[...three.awareness.getStates().keys()]}`,
  });
});

test("a client that edited offline gives what the others lack, and takes what it lacks", async ({
  lab,
  server,
}) => {
  const { three, hocuspocus, docs } = await people(lab, server, "offline");
  three.provider.disconnect();
  hocuspocus.provider.configuration.websocketProvider.disconnect();
  await eventually(() => !three.synced && !hocuspocus.synced);
  for (const doc of docs) {
    for (let edit = 0; edit < 50; edit++) doc.getText("text").insert(0, `${edit} `);
  }
  three.provider.connect();
  await hocuspocus.provider.configuration.websocketProvider.connect();
  await waitForConvergence(docs);
  expect(three.doc.getText("text").length).toBe(3 * (10 * 2 + 40 * 3));
});
