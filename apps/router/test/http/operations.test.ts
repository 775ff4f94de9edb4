import { afterEach, describe, expect, it, vi } from "vitest";
import { room } from "../auth/support.js";
import { frame, Opcode, RawClient, upgradeRequest } from "../support/clients.js";
import { NODE, startRouter } from "../support/start-router.js";
import { until } from "../support/until.js";
import { call } from "./call.js";

describe("HT1: every answer says which node gave it", () => {
  it.each([
    ["/healthz", 200],
    ["/", 503],
    ["/nothing", 404],
    ["/api/v1/rooms/%zz", 400],
    ["/api/v1/rooms/a/home", 405],
    [`/api/v1/rooms/${"x".repeat(5_000)}`, 414],
    ["/api/docs", 200],
    ["/api/openapi.json", 200],
    ["/metrics", 200],
  ])("%s", async (path, status) => {
    const { url } = await startRouter();
    const answer = await call(url + path);
    expect(answer.status).toBe(status);
    expect(answer.headers.get("x-homeroom-node")).toBe(NODE);
  });

  it.each([
    ["not HTTP", "hello\r\n\r\n", 400],
    ["too large a head", `GET / HTTP/1.1\r\nX: ${"x".repeat(20_000)}\r\n\r\n`, 431],
    ["an upgrade", upgradeRequest("/a"), 101],
  ])("%s", async (_, request, status) => {
    const { port } = await startRouter();
    const client = await RawClient.connect(port);
    client.send(request);
    await until("the answer has come", () => client.text().includes("\r\n\r\n"));
    expect(client.text()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(client.text().toLowerCase()).toMatch(/\r\nx-homeroom-node: one\r\n/);
  });
});

describe("HT10: a service that does not answer", () => {
  it("is a TIMEOUT", async () => {
    const { url, rooms } = await startRouter({ http: { serviceMs: 30 } });
    rooms.gate = new Promise(() => undefined);
    const answer = await call(`${url}/api/v1/rooms/a`);
    expect(answer).toMatchObject({ status: 503, body: { code: "TIMEOUT" } });
    expect(answer.headers.has("retry-after")).toBe(true);
  });
});

describe("HT11: requests under way", () => {
  it.each([
    ["overall", { requests: 2 }, 503, "OVERLOADED"],
    ["per address", { requestsPerAddress: 2 }, 429, "TOO_MANY_REQUESTS"],
  ])("are bounded %s", async (_, http, status, code) => {
    const { url, rooms, meter } = await startRouter({ http });
    let open: () => void = () => undefined;
    rooms.gate = new Promise((resolve) => {
      open = resolve;
    });
    rooms.documents.set(room("a"), new Uint8Array([0, 0]));
    const waiting = [call(`${url}/api/v1/rooms`), call(`${url}/api/v1/rooms`)];
    await until("both are under way", () => rooms.queries.length === 2);
    const refused = await call(`${url}/api/v1/rooms`);
    expect(refused).toMatchObject({ status, body: { code } });
    expect(refused.headers.has("retry-after")).toBe(true);
    expect(meter.refusals).toEqual(["connections"]);
    // What tells whether the process lives is not refused.
    expect((await call(`${url}/healthz`)).status).toBe(200);
    open();
    for (const answer of await Promise.all(waiting)) expect(answer.status).toBe(200);
    expect((await call(`${url}/api/v1/rooms`)).status).toBe(200);
  });
});

describe("HT12: deadlines", () => {
  const FAST = { headersMs: 100, requestMs: 200, checkMs: 50, keepAliveMs: 100, stalledMs: 10_000 };

  it.each([
    ["the head of a request", "GET / HTTP/1.1\r\nHost: a\r\n"],
    ["the head of an upgrade", upgradeRequest("/a").slice(0, 60)],
    [
      "a body",
      "POST /api/v1/rooms/a/move HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n" +
        "Content-Length: 100\r\n\r\n{",
    ],
  ])("for %s", async (_, request) => {
    const { port } = await startRouter({ http: FAST });
    const client = await RawClient.connect(port);
    client.send(request);
    await client.end();
    expect(client.text()).toMatch(/^HTTP\/1\.1 408 .*"code":"REQUEST_TIMEOUT"/s);
  });

  it("for a connection on which nothing comes", async () => {
    const { port } = await startRouter({ http: { stalledMs: 100 } });
    const client = await RawClient.connect(port);
    await client.end();
  });

  it("are over once a WebSocket is open", async () => {
    const { port, edge } = await startRouter({ http: { ...FAST, stalledMs: 50 } });
    const client = await RawClient.open(port);
    await new Promise((resolve) => setTimeout(resolve, 500));
    client.send(frame(Opcode.binary, "x"));
    await until("the message has arrived", () => edge.last.messages.length === 1);
  });
});

describe("HT13: health", () => {
  it("is alive, and ready", async () => {
    const { url } = await startRouter();
    expect((await call(`${url}/healthz`)).body).toEqual({ status: "ok" });
    const ready = await call(`${url}/readyz`);
    const checks = [{ name: "journal", ok: true }];
    expect(ready).toMatchObject({ status: 200, body: { status: "ready", checks } });
  });

  it("is degraded, and not sent away, where a part fails that is not essential", async () => {
    const checks = [
      { name: "redis", ok: false, detail: "away" },
      { name: "coordinators", ok: true },
    ];
    const { url } = await startRouter({ readiness: async () => ({ ready: true, checks }) });
    const answer = await call(`${url}/readyz`);
    expect(answer).toMatchObject({ status: 200, body: { status: "degraded", checks } });
  });

  it("names each part that is not", async () => {
    const checks = [
      { name: "journal", ok: false, detail: "no space on the disk" },
      { name: "listener", ok: true },
      { name: "lease", ok: false },
    ];
    const { url } = await startRouter({ readiness: async () => ({ ready: false, checks }) });
    const answer = await call(`${url}/readyz`);
    expect(answer).toMatchObject({
      status: 503,
      body: { code: "NOT_READY", detail: "journal: no space on the disk; lease", checks },
    });
    expect((await call(`${url}/healthz`)).status).toBe(200);
  });
});

describe("HT14: metrics", () => {
  it("are with the rest", async () => {
    const { url } = await startRouter();
    const answer = await call(`${url}/metrics`);
    expect(answer).toMatchObject({ status: 200, text: "homeroom_up 1\n" });
    expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4");
  });

  it("are on a port of their own, and there alone", async () => {
    const { url, metricsPort } = await startRouter({ metricsPort: 0 });
    const separate = `http://127.0.0.1:${metricsPort}`;
    expect((await call(`${separate}/metrics`)).text).toBe("homeroom_up 1\n");
    expect((await call(`${url}/metrics`)).status).toBe(404);
    expect((await call(`${separate}/api/v1/rooms`)).status).toBe(404);
  });
});

describe("HT15: the description", () => {
  it("has every route, its parameters, its answers and its errors", async () => {
    const { url } = await startRouter();
    const { body } = await call(`${url}/api/openapi.json`);
    const paths = (body?.paths ?? {}) as Record<string, Record<string, { responses: object }>>;
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(new Set(routes)).toEqual(
      new Set([
        "get /api/v1/rooms",
        "get /api/v1/rooms/{room}",
        "delete /api/v1/rooms/{room}",
        "post /api/v1/rooms/{room}/home",
        "post /api/v1/rooms/{room}/links",
        "post /api/v1/rooms/{room}/move",
        "get /api/v1/rooms/{room}/document",
        "patch /api/v1/rooms/{room}/document",
        "get /api/v1/nodes",
        "post /api/v1/nodes/{id}/drain",
        "post /api/v1/nodes/{id}/resume",
        "get /healthz",
        "get /readyz",
        "get /metrics",
      ]),
    );
    expect(paths["/api/v1/rooms"]?.get).toMatchObject({
      parameters: [{ name: "prefix" }, { name: "cursor" }, { name: "limit" }],
      responses: {
        200: { content: { "application/json": { schema: { required: ["rooms", "cursor"] } } } },
        default: { content: { "application/problem+json": {} } },
      },
    });
    expect(paths["/api/v1/rooms/{room}/document"]?.patch).toMatchObject({
      requestBody: { content: { "application/octet-stream": {} } },
    });
  });

  it("is shown by a page that loads nothing from elsewhere", async () => {
    const { url } = await startRouter();
    const page = await call(`${url}/api/docs`);
    expect(page.status).toBe(200);
    expect(page.headers.get("content-security-policy")).toMatch(/default-src 'self'/);
    const links = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link = ""]) => link);
    expect(links.length).toBeGreaterThan(2);
    for (const link of links) {
      const file = await fetch(new URL(link, `${url}/api/docs`));
      await file.arrayBuffer();
      expect(`${link} ${file.status}`).toBe(`${link} 200`);
    }
  });
});

describe("HT16: the log", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("has one line per request, without its query, and nothing goes elsewhere", async () => {
    const written = vi.spyOn(process.stdout, "write");
    const { url, logger } = await startRouter();
    await call(`${url}/api/v1/rooms/a?token=sesame`);
    await until("the line is there", () => logger.lines.length === 1);
    expect(logger.lines).toMatchObject([
      { level: "debug", fields: { method: "GET", path: "/api/v1/rooms/a", status: 200 } },
    ]);
    expect(JSON.stringify(logger.lines)).not.toMatch(/sesame/);
    expect(written.mock.calls.filter(([text]) => String(text).includes("rooms/a"))).toEqual([]);
  });
});
