import { existsSync } from "node:fs";
import { join } from "node:path";
import { eventually, repository } from "@homeroom/testkit";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { type Answer, coordinator, get, metric, redisServer, router, typist } from "./parts.js";

const failing = ({ body }: Answer): string[] =>
  (body.checks as { name: string; ok: boolean }[]).flatMap(({ name, ok }) => (ok ? [] : [name]));

describe("a router of a cluster", () => {
  it("CL28: serves clients, the API, the editor's page and metrics", async () => {
    const { url } = await redisServer();
    const edge = await router(url);
    expect(await get(edge, "/readyz")).toMatchObject({ status: 503, body: { code: "NOT_READY" } });
    const home = await coordinator(url);
    await eventually(async () => (await get(edge, "/readyz")).status === 200, { within: 10_000 });
    const ready = await get(edge, "/readyz");
    expect(ready.body.status).toBe("ready");
    expect(ready.headers.get("x-homeroom-node")).toBe("r");

    const [ada, bob] = [typist(edge, "docs/plan"), typist(edge, "docs/plan")];
    ada.doc.getText("text").insert(0, "hello");
    await eventually(() => bob.doc.getText("text").toString() === "hello", { within: 10_000 });
    const room = "/api/v1/rooms/docs%2Fplan";
    await eventually(async () => (await get(edge, room)).body.durable === true);
    const described = { status: "live", sessions: 2, owner: { node: "c", url: home.url } };
    expect(await get(edge, room)).toMatchObject({ status: 200, body: described });
    expect((await get(edge, "/api/v1/rooms")).body.rooms).toMatchObject([
      { room: "docs/plan", ...described },
    ]);
    expect((await get(edge, "/api/v1/nodes")).body.nodes).toMatchObject([
      { id: "c", status: "active", url: home.url },
    ]);
    const doc = new Y.Doc();
    doc.getText("other").insert(0, "by HTTP");
    const body = new Uint8Array(Y.encodeStateAsUpdate(doc));
    const patch = await fetch(`${edge.url}${room}/document`, { method: "PATCH", body });
    expect(patch.status).toBe(204);
    await eventually(() => bob.doc.getText("other").toString() === "by HTTP");
    const built = existsSync(join(repository, "apps/editor/dist/index.html"));
    expect((await fetch(edge.url)).status).toBe(built ? 200 : 503);

    expect(await metric(edge, "homeroom_connections")).toBe(2);
    expect(await metric(edge, "homeroom_links")).toBe(1);
    expect(await metric(edge, 'homeroom_routes{state="attached"}')).toBe(1);
    expect(await metric(edge, "homeroom_redis_connected")).toBe(1);
    expect(await metric(edge, "homeroom_living_nodes")).toBe(1);
    expect((await fetch(`${edge.url}${room}`, { method: "DELETE" })).status).toBe(204);
    await eventually(() => ada.closes[0]?.code === 4404);
    expect((await get(edge, room)).body.status).toBe("absent");
  });

  it("CL29: goes on without Redis for the rooms that it serves, and says what it cannot do", async () => {
    const redis = await redisServer();
    const edge = await router(redis.url);
    const home = await coordinator(redis.url);
    const [ada, bob] = [typist(edge, "here"), typist(edge, "here")];
    await eventually(() => ada.synced && bob.synced, { within: 10_000 });
    expect((await get(edge, "/readyz")).body.status).toBe("ready");
    const agesOf = async (): Promise<number[]> => {
      const { status, body } = await get(edge, "/api/v1/nodes");
      expect(status).toBe(200);
      return (body.nodes as { leaseAgeMs: number }[]).map(({ leaseAgeMs }) => leaseAgeMs);
    };
    await redis.kill();

    await eventually(async () => (await get(edge, "/readyz")).body.status === "degraded");
    const degraded = await get(edge, "/readyz");
    expect(degraded.status).toBe(200);
    expect(failing(degraded)).toEqual(["redis"]);
    expect(await metric(edge, "homeroom_redis_connected")).toBe(0);
    // Nobody waits for what the directory would have to say.
    const asked = performance.now();
    for (const order of ["POST /elsewhere/home", "DELETE /elsewhere"]) {
      const [method = "", path] = order.split(" ");
      const answer = await fetch(`${edge.url}/api/v1/rooms${path}`, { method });
      expect(answer.status, order).toBe(503);
      expect(answer.headers.has("retry-after"), order).toBe(true);
    }
    expect(performance.now() - asked).toBeLessThan(5_000);
    ada.doc.getText("text").insert(0, "still here");
    await eventually(() => bob.doc.getText("text").toString() === "still here");
    expect(ada.closes).toEqual([]);
    const [then = 0] = await agesOf();
    await eventually(async () => ((await agesOf())[0] ?? 0) > then + 100);
    for (const path of ["/api/v1/rooms", "/api/v1/rooms/here"]) {
      const answer = await get(edge, path);
      expect(answer).toMatchObject({ status: 503, body: { code: "UNAVAILABLE" } });
      expect(answer.headers.has("retry-after")).toBe(true);
    }

    await redis.start();
    await eventually(async () => (await get(edge, "/readyz")).body.status === "ready", {
      within: 10_000,
    });
    await eventually(async () => (await get(edge, "/api/v1/rooms/here")).body.durable === true, {
      within: 10_000,
    });
    expect(await metric(edge, "homeroom_redis_connected")).toBe(1);
    // It keeps its connections and says nothing: the first scrape tells.
    redis.pause();
    expect(await metric(edge, "homeroom_redis_connected")).toBe(0);
    redis.resume();
    await redis.kill();
    await home.close("together");
    await eventually(async () => (await get(edge, "/readyz")).status === 503);
    expect(failing(await get(edge, "/readyz"))).toEqual(["redis", "coordinators"]);
  });

  it("CL30: leaves in order: clients are sent away, what they typed is durable, nothing stays open", async () => {
    const redis = await redisServer();
    const edge = await router(redis.url);
    await coordinator(redis.url);
    const other = await router(redis.url);
    const ada = typist(edge, "last");
    const unsettled = (): Promise<number> => metric(edge, "homeroom_unsettled_bytes");
    await eventually(async () => ada.synced && (await unsettled()) === 0, { within: 10_000 });
    redis.pause();
    ada.doc.getText("text").insert(0, "the last word");
    await eventually(async () => (await unsettled()) > 0);
    const closing = edge.close();
    expect(edge.close()).toBe(closing);
    await eventually(() => ada.closes[0]?.code === 1012);
    ada.close();
    redis.resume();
    await closing;
    const document = `${other.url}/api/v1/rooms/last/document?as=text`;
    await eventually(async () => (await (await fetch(document)).text()) === "the last word");
    await expect(fetch(edge.url)).rejects.toThrow();
  });
});
