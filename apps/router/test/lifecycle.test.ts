import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { CloseCode } from "@homeroom/protocol";
import { describe, expect, it, onTestFinished } from "vitest";
import { RouterError } from "../src/index.js";
import { call } from "./http/call.js";
import { Client, RawClient, upgradeRequest } from "./support/clients.js";
import { startRouter } from "./support/start-router.js";
import { until } from "./support/until.js";

/** What keeps a process alive. */
const handles = (): string[] =>
  process.getActiveResourcesInfo().filter((type) => /TCP|Timeout|Immediate|Server/.test(type));

describe("CL1: where it cannot listen", () => {
  it("says that the port is in use", async () => {
    const { port } = await startRouter();
    const error = await startRouter({ port }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RouterError);
    expect(error).toMatchObject({ code: "PORT_IN_USE" });
    expect((error as RouterError).message).toMatch(new RegExp(`127\\.0\\.0\\.1:${port} is in use`));
  });

  it("says that the port for metrics is in use, and gives the other one back", async () => {
    const { port } = await startRouter();
    const before = handles().length;
    const error = await startRouter({ metricsPort: port }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "PORT_IN_USE" });
    await until("nothing is left of it", () => handles().length <= before);
  });

  it("says that the host is not this machine", async () => {
    const error = await startRouter({ host: "192.0.2.1" }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "HOST_UNKNOWN" });
  });

  it("listens once", async () => {
    const { router } = await startRouter();
    await expect(router.listen()).rejects.toMatchObject({ code: "NOT_IDLE" });
  });
});

describe("CL2: closing", () => {
  it("stops listening, closes sessions with 1012 and lets requests finish", async () => {
    const { router, url, webSocketUrl, port, rooms, edge } = await startRouter();
    const client = await Client.open(webSocketUrl);
    let open: () => void = () => undefined;
    rooms.gate = new Promise((resolve) => {
      open = resolve;
    });
    const request = call(`${url}/api/v1/rooms`);
    await until("the request is under way", () => rooms.queries.length === 1);
    let closed = false;
    const closing = router.close().then(() => {
      closed = true;
    });
    expect(await client.end()).toMatchObject({ code: CloseCode.leaving });
    expect(edge.isClosed).toBe(true);
    await expect(RawClient.connect(port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    expect(closed).toBe(false);
    open();
    const answer = await request;
    expect(answer.status).toBe(200);
    expect(answer.headers.get("connection")).toBe("close");
    await closing;
  });

  it("cuts what takes longer than its phase", async () => {
    const { router, url, port, rooms } = await startRouter({
      shutdown: { socketsMs: 50, requestsMs: 50 },
    });
    const silent = await RawClient.open(port);
    const idle = await RawClient.connect(port);
    rooms.gate = new Promise(() => undefined);
    const request = call(`${url}/api/v1/rooms`).catch((error: unknown) => error);
    await until("the request is under way", () => rooms.queries.length === 1);
    const started = performance.now();
    await router.close();
    expect(performance.now() - started).toBeLessThan(2_000);
    await silent.end();
    await idle.end();
    expect(await request).toBeInstanceOf(Error);
  });

  it("is idempotent, and also closes what never listened", async () => {
    const { router } = await startRouter();
    expect(router.close()).toBe(router.close());
    await router.close();
    await expect(router.listen()).rejects.toMatchObject({ code: "NOT_IDLE" });
  });
});

it("CL3: after close() nothing is left", async () => {
  await call(`${(await startRouter()).url}/healthz`);
  await until("the client's own sockets have settled", () => handles().length > 0);
  const before = handles().toSorted((a, b) => a.localeCompare(b));

  const { router, url, webSocketUrl, port, edge } = await startRouter({
    metricsPort: 0,
    sockets: { closeMs: 60_000 },
    shutdown: { socketsMs: 100, requestsMs: 100 },
  });
  const clients = await Promise.all(Array.from({ length: 20 }, () => Client.open(webSocketUrl)));
  const raw = await Promise.all(Array.from({ length: 5 }, () => RawClient.open(port)));
  for (const { socket } of edge.connections) socket.probe();
  await RawClient.connect(port);
  expect(handles().length).toBeGreaterThan(before.length + 20);
  await router.close();
  for (const client of clients) await client.end();
  for (const client of raw) await client.end();
  expect(url).toMatch(/^http/);

  const after = () => handles().toSorted((a, b) => a.localeCompare(b));
  await until(`only ${before} is left, not ${after()}`, () => after().length <= before.length);
});

describe("CL4: who connects while it closes", () => {
  it("is closed with 1012", async () => {
    const { router, port } = await startRouter();
    const late = await RawClient.connect(port);
    // Does not answer the closing handshake, so the router is still waiting for it.
    const silent = await RawClient.open(port);
    const closing = router.close();
    late.send(upgradeRequest("/a"));
    await until("it has been answered", () => late.received.includes(0x88));
    const frame = late.received.subarray(late.received.lastIndexOf(0x88));
    expect(frame.readUInt16BE(2)).toBe(CloseCode.leaving);
    silent.socket.destroy();
    late.socket.destroy();
    await closing;
  });

  it("is cut once the sessions are gone, and does not hold up the end", async () => {
    const { router, url, port, rooms } = await startRouter({ shutdown: { requestsMs: 300 } });
    const late = await RawClient.connect(port);
    rooms.gate = new Promise(() => undefined);
    const request = call(`${url}/api/v1/rooms`).catch((error: unknown) => error);
    await until("the request is under way", () => rooms.queries.length === 1);
    const closing = router.close();
    await delay(50);
    late.send(upgradeRequest("/a"));
    await late.end();
    expect(late.received).toHaveLength(0);
    await closing;
    expect(await request).toBeInstanceOf(Error);
  });
});

it("CL1: a port that is taken by something else", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    other.close();
  });
  const address = other.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  await expect(startRouter({ port })).rejects.toMatchObject({ code: "PORT_IN_USE" });
});
