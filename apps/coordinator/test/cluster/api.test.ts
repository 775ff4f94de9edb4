import { linkAuthorization, NodeApi } from "@homeroom/protocol";
import { expect, it } from "vitest";
import { WebSocket } from "ws";
import * as Y from "yjs";
import { ClusterLab, roomName, SECRET, type TestNode, textOf, Visitor } from "./lab.js";

const room = roomName("docs/plan");

const post = (
  node: TestNode,
  path: string,
  body: string | Uint8Array,
  headers: Record<string, string> = {},
): Promise<Response> =>
  fetch(`${node.url}${path}`, {
    method: "POST",
    body: typeof body === "string" ? body : Uint8Array.from(body),
    headers: {
      "content-type": "application/json",
      authorization: linkAuthorization(SECRET),
      ...headers,
    },
  });

it("CO15: only who knows the cluster's secret is answered", async () => {
  const lab = new ClusterLab();
  const node = await lab.start("a");
  for (const path of Object.values(NodeApi)) {
    const refused = await post(node, path, "{}", { authorization: "Bearer guess" });
    expect([path, refused.status]).toEqual([path, 401]);
    expect(await refused.json()).toMatchObject({ code: "UNAUTHORIZED" });
  }
  expect(node.coordinator.drainage.draining).toBe(false);
});

it.each([
  ["no JSON", NodeApi.rooms, "{"],
  ["another type", NodeApi.rooms, '{"rooms":"all"}'],
  ["a name that is none", NodeApi.remove, '{"room":"a//b"}'],
  ["no target", NodeApi.move, '{"room":"a"}'],
  ["an update that is JSON", `${NodeApi.write}?room=a`, "{}"],
])("CO15: %s is malformed, and said to be", async (_, path, body) => {
  const lab = new ClusterLab();
  const answer = await post(await lab.start("a"), path, body);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ code: "MALFORMED" });
});

it("CO16: rooms are told, read, written and removed at their home", async () => {
  const lab = new ClusterLab();
  const node = await lab.start("a");
  const at = { node: "a", url: node.url };
  expect(await lab.client.read(at, room)).toBeNull();
  const visitor = new Visitor(node, room);
  await visitor.save("one ");
  const doc = new Y.Doc();
  doc.getText("text").insert(0, "two");
  await lab.client.write(at, room, Y.encodeStateAsUpdate(doc));
  expect(lab.stored(room)).toHaveLength("one two".length);
  const epoch = visitor.epochs[0];
  expect(await lab.client.rooms(at, [roomName("other"), room])).toEqual([
    null,
    { status: "live", epoch, sessions: 1, durable: true },
  ]);
  const state = await lab.client.read(at, room);
  expect(textOf(state ? [state] : [])).toHaveLength("one two".length);
  await lab.client.remove(at, room);
  expect(await lab.client.read(at, room)).toBeNull();
  expect(lab.stored(room)).toBe("");
});

it("CO16: an update with a gap, and one that does not apply, are refused in their own words", async () => {
  const lab = new ClusterLab();
  const node = await lab.start("a");
  const at = { node: "a", url: node.url };
  const doc = new Y.Doc();
  const updates: Uint8Array[] = [];
  doc.on("update", (update: Uint8Array) => updates.push(update));
  doc.getText("text").insert(0, "a");
  doc.getText("text").insert(1, "b");
  const second = updates[1] ?? Uint8Array.of();
  await expect(lab.client.write(at, room, second)).rejects.toMatchObject({ code: "UPDATE_GAP" });
  await expect(lab.client.write(at, room, Uint8Array.of(9, 9))).rejects.toMatchObject({
    code: "UPDATE_REFUSED",
  });
});

it("CO17: while the directory is away nothing is claimed, removed or moved, and that is said", async () => {
  const lab = new ClusterLab();
  const node = await lab.start("a");
  const at = { node: "a", url: node.url };
  const visitor = new Visitor(node, room);
  await visitor.save("kept");
  lab.cutRedis();
  const unavailable = { code: "UNAVAILABLE" };
  await expect(lab.client.move(at, room, "b")).rejects.toMatchObject(unavailable);
  await expect(lab.client.remove(at, room)).rejects.toMatchObject(unavailable);
  const other = lab.client.write(at, roomName("new"), Uint8Array.of(0, 0));
  await expect(other).rejects.toMatchObject(unavailable);
  lab.heal();
  await visitor.save(" and more");
  expect(lab.stored(room)).toBe("kept and more");
});

it("CO18: after closing nothing listens there any more", async () => {
  const lab = new ClusterLab();
  const node = await lab.start("a");
  await node.close();
  const answer = await fetch(`${node.url}/healthz`).catch((error: Error) => error.cause);
  expect(answer).toMatchObject({ code: "ECONNREFUSED" });
});

it("CO18: health and metrics are open, and clients are told that this is the wrong place", async () => {
  const lab = new ClusterLab();
  const node = await lab.start("a");
  for (const path of ["/healthz", "/readyz", "/metrics"]) {
    const answer = await fetch(`${node.url}${path}`);
    expect([path, answer.status, answer.headers.get("x-homeroom-node")]).toEqual([path, 200, "a"]);
  }
  const socket = new WebSocket(`${node.url.replace("http", "ws")}/docs/plan`);
  const outcome = await new Promise<unknown>((resolve) => {
    socket.once("error", resolve);
    socket.once("open", () => resolve("open"));
  });
  expect(String(outcome)).toContain("404");
});
