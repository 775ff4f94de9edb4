import { ServiceError, type ServiceErrorCode } from "@homeroom/room";
import { describe, expect, it } from "vitest";
import { room } from "../auth/support.js";
import { startRouter } from "../support/start-router.js";
import { call } from "./call.js";

const OWNER = { node: "one", url: "http://127.0.0.1:1234", epoch: 7 };

describe("the routes of rooms and nodes", () => {
  it("list rooms", async () => {
    const { url, rooms } = await startRouter();
    rooms.documents.set(room("docs/a"), new Uint8Array([0, 0]));
    rooms.documents.set(room("other"), new Uint8Array([0, 0]));
    const { status, body } = await call(`${url}/api/v1/rooms?prefix=docs/&limit=10&cursor=abc`);
    expect(status).toBe(200);
    expect(body).toEqual({
      rooms: [{ room: "docs/a", status: "live", owner: OWNER, sessions: 2 }],
      cursor: null,
    });
    expect(rooms.queries).toEqual([{ prefix: "docs/", cursor: "abc", limit: 10 }]);
    await call(`${url}/api/v1/rooms`);
    expect(rooms.queries.at(-1)).toEqual({ prefix: "", cursor: null, limit: 100 });
  });

  it("describe a room", async () => {
    const { url, rooms } = await startRouter();
    rooms.documents.set(room("a"), new Uint8Array([0, 0]));
    expect((await call(`${url}/api/v1/rooms/a`)).body).toEqual({
      room: "a",
      status: "live",
      owner: OWNER,
      sessions: 2,
      cursor: "7-3",
      durable: true,
      bytes: 2,
      updatedAt: "2026-01-02T03:04:05.000Z",
    });
    expect((await call(`${url}/api/v1/rooms/b`)).body).toMatchObject({
      status: "absent",
      owner: null,
      cursor: null,
      updatedAt: null,
    });
  });

  it("find a home, move, and delete", async () => {
    const { url, rooms } = await startRouter();
    rooms.documents.set(room("a"), new Uint8Array([0, 0]));
    const home = await call(`${url}/api/v1/rooms/a/home`, { method: "POST" });
    expect(home).toMatchObject({ status: 200, body: { room: "a", owner: OWNER } });
    const move = await call(`${url}/api/v1/rooms/a/move`, { method: "POST", json: { to: "two" } });
    expect(move).toMatchObject({
      status: 200,
      body: { room: "a", from: "one", to: "two", epoch: 8, pausedMs: 12 },
    });
    const removed = await call(`${url}/api/v1/rooms/a`, { method: "DELETE" });
    expect(removed).toMatchObject({ status: 204, text: "" });
    expect(rooms.documents.size).toBe(0);
  });

  it("list nodes, drain and resume them", async () => {
    const { url, rooms } = await startRouter();
    const { body } = await call(`${url}/api/v1/nodes`);
    expect(body).toMatchObject({ nodes: [{ id: "one", status: "active", leaseAgeMs: 0 }] });
    for (const action of ["drain", "resume"]) {
      const answer = await call(`${url}/api/v1/nodes/one/${action}`, { method: "POST" });
      expect(answer.status).toBe(202);
    }
    expect(rooms.drained).toEqual(["one", "one"]);
    const unknown = await call(`${url}/api/v1/nodes/two/drain`, { method: "POST" });
    expect(unknown).toMatchObject({ status: 404, body: { code: "UNKNOWN_NODE" } });
  });
});

describe("HT3: room names in paths", () => {
  it.each([
    ["docs%2Fa", "docs/a"],
    ["a%252Fb", "a%2Fb"],
    ["a%25", "a%"],
    ["%E2%82%AC", "€"],
    ["a%3Fb%23c", "a?b#c"],
    ["cafe%CC%81", "caf\u00e9"],
    ["constructor", "constructor"],
    ["__proto__", "__proto__"],
    ["nodes", "nodes"],
    ["a+b", "a+b"],
    ["x".repeat(255), "x".repeat(255)],
    ["%E2%82%AC".repeat(85), "€".repeat(85)],
  ])("%s is the room %s", async (segment, expected) => {
    const { url } = await startRouter();
    const { status, body } = await call(`${url}/api/v1/rooms/${segment}`);
    expect({ status, body }).toMatchObject({ status: 200, body: { room: expected } });
  });

  it.each([
    ["a%2F%2Fb"],
    ["%2Fa"],
    ["a%2F..%2Fb"],
    ["a%00"],
    ["a%0A"],
    ["x".repeat(256)],
    ["%E2%82%AC".repeat(86)],
  ])("%s is none: 400", async (segment) => {
    const { url } = await startRouter();
    const answer = await call(`${url}/api/v1/rooms/${segment}`);
    expect(answer).toMatchObject({ status: 400, body: { code: "INVALID_ROOM_NAME" } });
  });

  it.each(["%zz", "%C3%28", "%"])("%s cannot be decoded: 400", async (segment) => {
    const { url } = await startRouter();
    const answer = await call(`${url}/api/v1/rooms/${segment}`);
    expect(answer).toMatchObject({ status: 400, body: { code: "BAD_REQUEST" } });
  });

  it("is one segment: an unencoded slash is another path, and too long a one is 414", async () => {
    const { url } = await startRouter();
    expect((await call(`${url}/api/v1/rooms/docs/a`)).status).toBe(404);
    expect((await call(`${url}/api/v1/rooms/${"x".repeat(5_000)}`)).status).toBe(414);
  });
});

describe("HT2: errors of the rooms", () => {
  it.each<[ServiceErrorCode, number, boolean]>([
    ["ROOM_DAMAGED", 500, false],
    ["UPDATE_REFUSED", 400, false],
    ["UPDATE_GAP", 409, false],
    ["TOO_LARGE", 413, false],
    ["NO_HOME", 503, true],
    ["UNAVAILABLE", 503, true],
    ["UNKNOWN_NODE", 404, false],
    ["CONFLICT", 409, false],
  ])("%s is %i; with Retry-After: %s", async (code, status, retry) => {
    const { url, rooms } = await startRouter();
    rooms.failure = new ServiceError(code, "in the service's own words");
    const answer = await call(`${url}/api/v1/rooms/a/home`, { method: "POST" });
    expect(answer.headers.get("content-type")).toMatch(/^application\/problem\+json/);
    expect(answer.headers.has("retry-after")).toBe(retry);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ status, code, detail: "in the service's own words" });
    expect(new Set(Object.keys(answer.body ?? {}))).toEqual(
      new Set(["code", "detail", "status", "title"]),
    );
  });

  it("HT16: an unexpected error is logged, and the client is told nothing of it", async () => {
    const { url, rooms, logger } = await startRouter();
    rooms.failure = new Error("the secret is 1234");
    const answer = await call(`${url}/api/v1/rooms/a?token=sesame`);
    expect(answer).toMatchObject({ status: 500, body: { code: "INTERNAL" } });
    expect(answer.text).not.toMatch(/1234/);
    const errors = logger.lines.filter(({ level }) => level === "error");
    expect(errors).toMatchObject([{ fields: { err: rooms.failure, path: "/api/v1/rooms/a" } }]);
    expect(JSON.stringify(logger.lines)).not.toMatch(/sesame/);
  });
});

describe("HT8: paths and methods", () => {
  it.each([
    ["PUT", "/api/v1/rooms/a", "DELETE, GET, HEAD"],
    ["GET", "/api/v1/rooms/a/home", "POST"],
    ["OPTIONS", "/api/v1/rooms/a/document", "GET, HEAD, PATCH"],
    ["DELETE", "/api/v1/nodes", "GET, HEAD"],
  ])("%s %s: 405, Allow: %s", async (method, path, allow) => {
    const { url } = await startRouter();
    const answer = await call(url + path, { method });
    expect(answer).toMatchObject({ status: 405, body: { code: "METHOD_NOT_ALLOWED" } });
    expect(answer.headers.get("allow")).toBe(allow);
  });

  it.each(["/nothing", "/api", "/api/v1", "/api/v1/nothing", "/api/v2/rooms"])(
    "%s: 404",
    async (path) => {
      const { url } = await startRouter();
      expect(await call(url + path)).toMatchObject({ status: 404, body: { code: "NOT_FOUND" } });
    },
  );
});

describe("HT9: parameters", () => {
  it.each([
    ["/api/v1/rooms?limit=0", /querystring\/limit/],
    ["/api/v1/rooms?limit=1001", /querystring\/limit/],
    ["/api/v1/rooms?limit=many", /querystring\/limit/],
    [`/api/v1/rooms?prefix=${"x".repeat(256)}`, /querystring\/prefix/],
    ["/api/v1/rooms/a/document?as=pdf", /querystring\/as/],
  ])("%s: 400", async (path, detail) => {
    const { url } = await startRouter();
    const answer = await call(url + path);
    expect(answer).toMatchObject({ status: 400, body: { code: "INVALID_REQUEST" } });
    expect(answer.body?.detail).toMatch(detail);
  });

  it("name each mistake", async () => {
    const { url } = await startRouter();
    const move = (json: object) => call(`${url}/api/v1/rooms/a/move`, { method: "POST", json });
    for (const json of [{}, { to: 7 }, { to: "" }, []]) {
      expect(await move(json)).toMatchObject({ status: 400, body: { code: "INVALID_REQUEST" } });
    }
    expect((await move({})).body?.errors).toMatchObject([{ path: "body/to" }]);
    const broken = await fetch(`${url}/api/v1/rooms/a/move`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{",
    });
    expect(broken.status).toBe(400);
  });
});
