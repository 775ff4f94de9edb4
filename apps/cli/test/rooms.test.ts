import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import * as Y from "yjs";
import { startHomeroom } from "./support/homeroom.js";
import { tell } from "./support/terminal.js";

async function write(url: string, room: string): Promise<void> {
  const doc = new Y.Doc();
  doc.getText("text").insert(0, room);
  const answer = await fetch(`${url}/api/v1/rooms/${encodeURIComponent(room)}/document`, {
    method: "PATCH",
    headers: { "content-type": "application/octet-stream" },
    body: Buffer.from(Y.encodeStateAsUpdate(doc)),
  });
  expect(answer.status, await answer.text()).toBeLessThan(300);
}

/** Answers everything alike. */
async function answering(status: number, body: string): Promise<string> {
  const server = createServer((_, response) => response.writeHead(status).end(body));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("CL9: rooms", () => {
  it("lists rooms as a table, and as JSON in the API's shape", async () => {
    const { url } = await startHomeroom();
    expect(await tell(["rooms", "--url", url])).toMatchObject({ code: 0, out: ["no rooms"] });
    for (const room of ["docs/a", "docs/b", "notes", "constructor"]) await write(url, room);

    const table = (await tell(["rooms", "--url", url])).out.join("\n");
    expect(table).toMatch(/room +│ status +│ home +│ sessions/);
    for (const room of ["docs/a", "docs/b", "notes", "constructor"]) {
      expect(table).toMatch(new RegExp(`${room} +│ live +│ \\S+ +│ +0 `));
    }

    const { out } = await tell(["rooms", "--json", "--prefix", "docs/"], { HOMEROOM_URL: url });
    expect(JSON.parse(out.join("\n"))).toMatchObject({
      rooms: [{ room: "docs/a", status: "live", sessions: 0 }, { room: "docs/b" }],
      cursor: null,
    });
  });

  it("reads page after page, and says where it stopped", async () => {
    const { url } = await startHomeroom();
    for (let room = 0; room < 7; room++) await write(url, `room ${room}`);
    const { out, err } = await tell(["rooms", "--url", url, "--json", "--limit", "5"]);
    const { rooms, cursor } = JSON.parse(out.join("\n")) as { rooms: unknown[]; cursor: string };
    expect(rooms).toHaveLength(5);
    expect(cursor).not.toBeNull();
    expect(err).toEqual([]);
    const table = await tell(["rooms", "--url", url, "--limit", "5"]);
    expect(table.err).toEqual(["there are more: see --limit and --prefix"]);
  });

  it("CL1: says why it cannot", async () => {
    const secret = "0123456789abcdef0123456789abcdef";
    const guarded = await startHomeroom({ authSecret: secret });
    const refused = await tell(["rooms", "--url", guarded.url]);
    expect(refused).toMatchObject({ code: 1, out: [] });
    expect(refused.err).toEqual([expect.stringMatching(/ answered 401: [A-Z_]+: /)]);
    const env = { HOMEROOM_AUTH_SECRET: secret };
    const [token = ""] = (await tell(["token", "--room", "*", "--access", "admin"], env)).out;
    expect(await tell(["rooms", "--url", guarded.url, "--token", token])).toMatchObject({
      code: 0,
    });

    const nobody = await tell(["rooms", "--url", "http://127.0.0.1:9"]);
    expect(nobody).toMatchObject({ code: 1, out: [] });
    expect(nobody.err).toEqual([
      expect.stringMatching(/^http:\/\/127\.0\.0\.1:9 cannot be reached: .+ Is Homeroom running/),
    ]);

    for (const [status, body, message] of [
      [200, "<html>", "did not answer like Homeroom: is it one? (--url)"],
      [200, '{"rooms":[{}]}', "did not answer like Homeroom: is it one? (--url)"],
      [502, "bad gateway", "answered 502: no explanation"],
    ] as const) {
      const url = await answering(status, body);
      expect(await tell(["rooms", "--url", url])).toMatchObject({
        code: 1,
        out: [],
        err: [`${url} ${message}`],
      });
    }
  });
});
