import type { StockYWebsocket } from "@homeroom/testkit";
import { XmlElement, XmlText } from "yjs";
import { expect, test } from "./support/test.js";

const room = "hostile";
const nowhere = { type: null, tname: null, item: null, assoc: 0 };
const broken = { item: { client: 1, clock: -1 } };

/** States that break pages which trust them, each by another client. */
const states: readonly object[] = [
  { user: "a string", cursor: true },
  { user: { name: { toString: 1 }, color: 7 }, cursor: { anchor: nowhere, head: nowhere } },
  { user: { name: "<img src=x onerror=alert(1)>", color: "red;background:url(//evil.test)" } },
  { user: { name: "x".repeat(3000), color: "#0369a1" }, cursor: { anchor: broken, head: broken } },
  { user: null, cursor: { anchor: { tname: "other" }, head: { type: { client: "a" } } } },
  { user: { name: "\u202etxt.exe\n\n", color: "javascript:alert(1)" } },
];

function append(client: StockYWebsocket, text: string): void {
  const paragraph = new XmlElement("paragraph");
  paragraph.insert(0, [new XmlText(text)]);
  client.doc.getXmlFragment("default").push([paragraph]);
}

test("states that are no states neither break the page nor inject anything", async ({
  lab,
  homeroom,
  join,
}) => {
  const ada = await join({ url: homeroom.url, room, name: "Ada" });
  const requests: string[] = [];
  ada.page.on("request", (request) => requests.push(request.url()));
  await ada.write("before");

  const clients = states.map((state) => {
    const client = lab.yWebsocket(homeroom, room);
    client.awareness.setLocalState(state);
    return client;
  });
  await expect(ada.people.getByRole("listitem")).toHaveCount(1 + states.length);
  await expect(ada.people).toContainText("<img src=x onerror=alert(1)>");
  await expect(ada.people).not.toContainText("x".repeat(41));

  // Remote edits still arrive, from each of them, and one's own still get out.
  for (const [index, client] of clients.entries()) {
    await expect.poll(() => client.synced).toBe(true);
    append(client, `edit ${index}`);
    await expect(ada.text).toContainText(`edit ${index}`);
  }
  await ada.write(" after");
  await expect(ada.indicator).toHaveText("Saved");
  await expect(ada.page.locator("img")).toHaveCount(0);
  expect(requests).toEqual([]);
  expect(ada.errors).toEqual([]);
});
