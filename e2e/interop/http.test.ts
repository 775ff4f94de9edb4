import { eventually, type HomeroomProcess, readMetrics, total } from "@homeroom/testkit";
import { expect } from "vitest";
import * as Y from "yjs";
import { type Answer, ask, documentOf, roomUrl } from "../support/room-api.js";
import { test } from "../support/test.js";

function expectProblem(answer: Answer, status: number): void {
  expect(answer.status).toBe(status);
  expect(answer.headers.get("content-type")).toMatch(/^application\/problem\+json/);
  expect(answer.body).toMatchObject({ status, code: expect.stringMatching(/^[A-Z_]+$/) });
}

function update(change: (doc: Y.Doc) => void): Uint8Array {
  const doc = new Y.Doc();
  change(doc);
  return Y.encodeStateAsUpdate(doc);
}

const patch = (server: HomeroomProcess, room: string, body: Uint8Array): Promise<Answer> =>
  ask(roomUrl(server, room, "/document"), {
    method: "PATCH",
    headers: { "content-type": "application/octet-stream" },
    body,
  });

test("a room is absent, live with an owner, then idle, then removed", async ({ lab }) => {
  const server = await lab.homeroom({ args: ["--node-id", "node-a"] });
  const absent = await ask(roomUrl(server, "docs/one"));
  expect(absent.status).toBe(200);
  expect(absent.body).toEqual({
    room: "docs/one",
    status: "absent",
    owner: null,
    sessions: 0,
    cursor: null,
    durable: true,
    bytes: 0,
    updatedAt: null,
  });

  const before = Date.now();
  const client = await lab.join(server, "docs/one", { ack: true });
  client.edit((doc) => doc.getText("text").insert(0, "hello"));
  await client.allAcknowledged();
  const live = (await ask(roomUrl(server, "docs/one"))).body;
  expect(live).toMatchObject({
    room: "docs/one",
    status: "live",
    owner: { node: "node-a", url: expect.stringMatching(/^(ws|http)/), epoch: expect.any(Number) },
    sessions: 1,
    cursor: expect.stringMatching(/^\d+-\d+$/),
    durable: true,
  });
  expect(live.bytes).toBeGreaterThan(0);
  const updatedAt = new Date(live.updatedAt as string | number).getTime();
  expect(updatedAt).toBeGreaterThanOrEqual(before - 1_000);
  expect(updatedAt).toBeLessThanOrEqual(Date.now() + 1_000);

  const removed = await fetch(roomUrl(server, "docs/one"), { method: "DELETE" });
  expect(removed.ok).toBe(true);
  expect((await client.closes()).code).toBe(4404);
  expect((await ask(roomUrl(server, "docs/one"))).body.status).toBe("absent");
  const again = await lab.join(server, "docs/one");
  expect(again.doc.getText("text").toString()).toBe("");
});

test("rooms are listed by prefix, page by page, without a name twice or left out", async ({
  server,
}) => {
  const names = Array.from({ length: 23 }, (_, i) => `list/${String(i).padStart(2, "0")}`);
  for (const name of [...names, "other"]) {
    const answer = await patch(
      server,
      name,
      update((doc) => doc.getMap("map").set("name", name)),
    );
    expect(answer.status).toBeLessThan(300);
  }
  const seen: string[] = [];
  let cursor: string | null = null;
  let pages = 0;
  do {
    const query = new URLSearchParams({ prefix: "list/", limit: "10" });
    if (cursor !== null) query.set("cursor", cursor);
    const page: Answer = await ask(`${server.url}/api/v1/rooms?${query}`);
    expect(page.status).toBe(200);
    const rooms = page.body.rooms as readonly { readonly room: string; readonly status: string }[];
    expect(rooms.length).toBeLessThanOrEqual(10);
    for (const entry of rooms) {
      expect(new Set(Object.keys(entry))).toEqual(new Set(["room", "status", "owner", "sessions"]));
      seen.push(entry.room);
    }
    cursor = page.body.cursor as string | null;
    pages += 1;
  } while (cursor !== null && pages < 10);
  expect(seen).toEqual(names);
  expectProblem(await ask(`${server.url}/api/v1/rooms?limit=0`), 400);
  expectProblem(await ask(`${server.url}/api/v1/rooms?limit=many`), 400);
});

test("a document is patched durably, seen by those who are there, and read three ways", async ({
  lab,
}) => {
  let server = await lab.homeroom();
  const reader = await lab.join(server, "api");
  const body = update((doc) => {
    doc.getText("text").insert(0, "from the API 🏠");
    doc.getMap("map").set("list", [1, "two"]);
  });
  expect((await patch(server, "api", body)).status).toBeLessThan(300);
  await eventually(() => reader.doc.getText("text").toString() === "from the API 🏠");
  server.kill("SIGKILL");
  await server.exited;
  server = await lab.homeroom({ dataDir: server.dataDir });

  expect((await documentOf(server, "api")).getMap("map").toJSON()).toEqual({ list: [1, "two"] });
  const text = await fetch(roomUrl(server, "api", "/document?as=text&root=text"));
  expect(text.headers.get("content-type")).toMatch(/^text\/plain/);
  expect(await text.text()).toBe("from the API 🏠");
  const json = await fetch(roomUrl(server, "api", "/document?as=json&root=map"));
  expect(json.headers.get("content-type")).toMatch(/^application\/json/);
  expect(await json.json()).toEqual({ list: [1, "two"] });
});

test("what cannot be done is a problem with a stable code", async ({ server }) => {
  expectProblem(await ask(roomUrl(server, "nothing", "/document?as=update")), 404);
  expectProblem(await ask(roomUrl(server, "nothing", "/document?as=poetry")), 400);
  expectProblem(await patch(server, "api", Uint8Array.of(255, 255, 255, 255, 15, 1, 0)), 400);
  expectProblem(await patch(server, "api", new Uint8Array(0)), 400);
  expectProblem(await ask(`${server.url}/api/v1/no/such/thing`), 404);
  expectProblem(await ask(roomUrl(server, "a/../b")), 400);
  const gap = new Y.Doc();
  gap.getText("text").insert(0, "one");
  const after = Y.encodeStateVector(gap);
  gap.getText("text").insert(3, "two");
  expectProblem(await patch(server, "api", Y.encodeStateAsUpdate(gap, after)), 409);
});

test("a room is given a home, and the one node there is answers for itself", async ({ lab }) => {
  const server = await lab.homeroom({ args: ["--node-id", "node-a"] });
  const home = await ask(roomUrl(server, "home/one", "/home"), { method: "POST" });
  expect(home.status).toBe(200);
  expect(home.body).toMatchObject({
    room: "home/one",
    owner: { node: "node-a", url: expect.any(String), epoch: expect.any(Number) },
  });
  const { body } = await ask(`${server.url}/api/v1/nodes`);
  expect(body.nodes).toEqual([
    {
      id: "node-a",
      incarnation: expect.any(String),
      status: "active",
      url: expect.any(String),
      rooms: expect.any(Number),
      sessions: 0,
      eventLoopLagMs: expect.any(Number),
      heapBytes: expect.any(Number),
      leaseAgeMs: expect.any(Number),
    },
  ]);
  const move = (to: string) =>
    ask(roomUrl(server, "home/one", "/move"), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ to }),
    });
  expectProblem(await move("node-b"), 404);
  expectProblem(await ask(`${server.url}/api/v1/nodes/node-b/drain`, { method: "POST" }), 404);
});

test("health, readiness, metrics, the description of the API and the node's name", async ({
  lab,
}) => {
  const server = await lab.homeroom({ args: ["--node-id", "node-a"] });
  const paths = ["/healthz", "/readyz", "/metrics", "/api/openapi.json", "/api/v1/nodes"];
  for (const path of [...paths, "/api/docs", "/api/v1/rooms"]) {
    const answer = await fetch(`${server.url}${path}`);
    expect(answer.status, path).toBe(200);
    expect(answer.headers.get("x-homeroom-node"), path).toBe("node-a");
    await answer.arrayBuffer();
  }
  const missing = await ask(`${server.url}/api/v1/nothing`);
  expect(missing.headers.get("x-homeroom-node")).toBe("node-a");

  const described = (await ask(`${server.url}/api/openapi.json`)).body;
  expect(described.openapi).toMatch(/^3\./);
  expect(Object.keys(described.paths as object)).toEqual(
    expect.arrayContaining([
      "/api/v1/rooms",
      "/api/v1/rooms/{room}",
      "/api/v1/rooms/{room}/home",
      "/api/v1/rooms/{room}/move",
      "/api/v1/rooms/{room}/document",
      "/api/v1/nodes",
      "/api/v1/nodes/{id}/drain",
      "/api/v1/nodes/{id}/resume",
    ]),
  );
});

const connections = async (server: HomeroomProcess): Promise<number> =>
  total(await readMetrics(server.url), "homeroom_connections");

test("metrics count what happened, and every name of ours begins with homeroom_", async ({
  lab,
  server,
}) => {
  const before = await connections(server);
  const client = await lab.join(server, "metrics", { ack: true });
  client.edit((doc) => doc.getText("text").insert(0, "x"));
  await client.allAcknowledged();
  const samples = await readMetrics(server.url);
  expect(samples.length).toBeGreaterThan(20);
  expect(samples.filter(({ name }) => !name.startsWith("homeroom_"))).toEqual([]);
  expect(await connections(server)).toBe(before + 1);
});
