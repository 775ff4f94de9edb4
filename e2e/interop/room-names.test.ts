import { eventually, waitForConvergence } from "@homeroom/testkit";
import { expect } from "vitest";
import { ask, documentOf, roomUrl } from "../support/room-api.js";
import { test } from "../support/test.js";

const ordinary = [
  "constructor",
  "__proto__",
  "hasOwnProperty",
  "toString",
  "a/b",
  "a/b/constructor/c",
  "räume/für alle",
  "문서 🏠",
  "100% sure?&#",
  "with space",
  "..a/b..",
  "x".repeat(255),
];

test("rooms with unusual names are ordinary rooms, apart from each other and kept", async ({
  lab,
}) => {
  let server = await lab.homeroom();
  for (const name of ordinary) {
    const [one, two] = [await lab.join(server, name, { ack: true }), await lab.join(server, name)];
    one.edit((doc) => doc.getText("text").insert(0, `I am ${name}`));
    await one.allAcknowledged();
    await waitForConvergence([one.doc, two.doc]);
  }
  const listed = await ask(`${server.url}/api/v1/rooms?limit=100`);
  const rooms = listed.body.rooms as readonly { readonly room: string }[];
  expect(new Set(rooms.map(({ room }) => room))).toEqual(
    new Set(ordinary.map((name) => name.normalize("NFC"))),
  );
  expect((await server.stop()).code).toBe(0);
  server = await lab.homeroom({ dataDir: server.dataDir });
  for (const name of ordinary) {
    expect((await documentOf(server, name)).getText("text").toString()).toBe(`I am ${name}`);
  }
});

test("a stock client's unencoded name and an encoded one are the same room", async ({
  lab,
  server,
}) => {
  const stock = lab.yWebsocket(server, "team/notes für 🏠");
  const raw = await lab.join(server, "team/notes für 🏠");
  await eventually(() => stock.synced);
  stock.doc.getText("text").insert(0, "hello");
  await waitForConvergence([stock.doc, raw.doc]);
});

test("a decomposed name is the room of its composed form", async ({ lab, server }) => {
  const [one, two] = [await lab.join(server, "cafe\u0301"), await lab.join(server, "caf\u00e9")];
  one.edit((doc) => doc.getText("text").insert(0, "the same"));
  await waitForConvergence([one.doc, two.doc]);
});

const refused: readonly (readonly [string, string])[] = [
  ["empty", ""],
  ["a path out", "a%2F..%2Fb"],
  ["a dot segment", "a%2F.%2Fb"],
  ["an empty segment", "a%2F%2Fb"],
  ["a control character", "a%00b"],
  ["a line break", "a%0Ab"],
  ["broken UTF-8", "a%FFb"],
  ["a broken escape", "a%zz"],
  ["256 bytes", "x".repeat(256)],
];

test("a name that is no name is refused, with 4400 and with 400", async ({ lab, server }) => {
  for (const [what, path] of refused) {
    const client = await lab.connect(server, path, { encode: false });
    client.sendStep1();
    expect((await client.closes()).code, what).toBe(4400);
    if (path === "") continue;
    const answer = await ask(`${server.url}/api/v1/rooms/${path}`);
    expect(answer.status, what).toBe(400);
    expect(answer.headers.get("content-type")).toMatch(/^application\/problem\+json/);
  }
});

test("a name is decoded once", async ({ lab, server }) => {
  const client = await lab.join(server, "100%25", { ack: true });
  client.edit((doc) => doc.getText("text").insert(0, "percent"));
  await client.allAcknowledged();
  expect((await ask(roomUrl(server, "100%25"))).body.room).toBe("100%25");
});
