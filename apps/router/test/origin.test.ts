import { CloseCode } from "@homeroom/protocol";
import { describe, expect, it } from "vitest";
import { Client, RawClient } from "./support/clients.js";
import { type StartedRouter, startRouter } from "./support/start-router.js";
import { until } from "./support/until.js";

const ALLOWED = "https://app.example.com";

const start = () => startRouter({ allowedOrigins: [ALLOWED] });

/** What a socket with this origin comes to: accepted, or closed with a code. */
async function connect(
  { webSocketUrl, edge }: StartedRouter,
  headers: Record<string, string>,
): Promise<"accepted" | number> {
  const before = edge.connections.length;
  const client = await Client.open(`${webSocketUrl}/a`, { headers });
  if (edge.connections.length > before) return "accepted";
  return (await client.end()).code;
}

describe("OR1: pages of other origins", () => {
  it.each([
    ["none", {}, "accepted"],
    ["the server's own", { origin: "http://wiki.test:1234", host: "wiki.test:1234" }, "accepted"],
    ["its own behind TLS", { origin: "https://wiki.test", host: "wiki.test:443" }, "accepted"],
    ["another port", { origin: "http://wiki.test:9", host: "wiki.test:1234" }, CloseCode.forbidden],
    ["one of the list", { origin: ALLOWED }, "accepted"],
    ["one of the list, plain", { origin: "http://app.example.com" }, CloseCode.forbidden],
    ["one below it", { origin: "https://x.app.example.com" }, CloseCode.forbidden],
    ["another one", { origin: "https://evil.example" }, CloseCode.forbidden],
    ["an opaque one", { origin: "null" }, CloseCode.forbidden],
    ["nonsense", { origin: "://" }, CloseCode.forbidden],
  ])("origin %s", async (_, headers, expected) => {
    const router = await start();
    expect(await connect(router, headers)).toBe(expected);
    expect(router.meter.refusals).toEqual(expected === "accepted" ? [] : ["origin"]);
  });

  it("may not make a browser change anything through the API", async () => {
    const { url, rooms } = await start();
    const ask = async (method: string, origin: string) =>
      (await fetch(`${url}/api/v1/nodes/one/drain`, { method, headers: { origin } })).status;
    expect(await ask("POST", "https://evil.example")).toBe(403);
    expect(rooms.drained).toEqual([]);
    expect(await ask("POST", ALLOWED)).toBe(202);
    const reading = await fetch(`${url}/api/v1/nodes`, {
      headers: { origin: "https://evil.example" },
    });
    expect(reading.status).toBe(200);
    expect(reading.headers.get("access-control-allow-origin")).toBeNull();
  });

  it("believes the proxy about the host only where one is trusted", async () => {
    const headers = { origin: "https://wiki.test", "x-forwarded-host": "wiki.test" };
    expect(await connect(await startRouter(), headers)).toBe(CloseCode.forbidden);
    expect(await connect(await startRouter({ trustedProxies: 1 }), headers)).toBe("accepted");
  });
});

describe("OR2: names that resolve to this machine", () => {
  it.each([
    ["localhost:1234", "accepted"],
    ["127.0.0.1:1234", "accepted"],
    ["[::1]:1234", "accepted"],
    ["notes.localhost", "accepted"],
    ["app.example.com", "accepted"],
    ["rebound.evil.example", CloseCode.forbidden],
    ["localhost.evil.example", CloseCode.forbidden],
  ])("%s", async (host, expected) => {
    const router = await startRouter({ localNamesOnly: true, allowedOrigins: [ALLOWED] });
    expect(await connect(router, { host, origin: `http://${host}` })).toBe(expected);
    expect(await connect(router, { host })).toBe(expected);
  });

  it("holds for reading through the API too", async () => {
    const { port } = await startRouter({ localNamesOnly: true });
    const client = await RawClient.connect(port);
    client.send("GET /api/v1/rooms HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
    await until("the answer has come", () => client.closed);
    expect(client.text()).toMatch(/^HTTP\/1\.1 403 .*"code":"ORIGIN_REFUSED"/s);
  });
});
