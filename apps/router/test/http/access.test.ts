import { AuthError, systemClock } from "@homeroom/room";
import { describe, expect, it } from "vitest";
import {
  createAnonymousAuthenticator,
  createLinkSigner,
  createSecretAuthenticator,
  mintToken,
} from "../../src/index.js";
import { room, SECRET } from "../auth/support.js";
import { RawClient } from "../support/clients.js";
import { startRouter } from "../support/start-router.js";
import { until } from "../support/until.js";
import { call } from "./call.js";

const authenticator = createSecretAuthenticator({ secret: SECRET, clock: systemClock });

const links = createLinkSigner({ secret: SECRET, clock: systemClock, newId: () => "1" });

const token = (access: "read" | "comment" | "write" | "admin", rooms = ["docs/*"]) =>
  mintToken(SECRET, { rooms, access }, 60_000, systemClock);

const UPDATE = new Uint8Array([0, 0]);

const ROUTES = {
  list: ["GET", "/rooms"],
  describe: ["GET", "/rooms/docs%2Fa"],
  home: ["POST", "/rooms/docs%2Fa/home"],
  move: ["POST", "/rooms/docs%2Fa/move", { json: { to: "two" } }],
  read: ["GET", "/rooms/docs%2Fa/document"],
  write: ["PATCH", "/rooms/docs%2Fa/document", { bytes: UPDATE }],
  link: ["POST", "/rooms/docs%2Fa/links", { json: { access: "read" } }],
  remove: ["DELETE", "/rooms/docs%2Fa"],
  nodes: ["GET", "/nodes"],
  drain: ["POST", "/nodes/one/drain"],
  resume: ["POST", "/nodes/one/resume"],
} as const;

type Route = keyof typeof ROUTES;

const ALL = Object.keys(ROUTES) as Route[];

async function start() {
  const router = await startRouter({ authenticator, links });
  router.rooms.documents.set(room("docs/a"), UPDATE);
  const ask = (route: Route, bearer?: string) => {
    const [method, path, body] = ROUTES[route];
    const options = { method, ...body, ...(bearer === undefined ? {} : { token: bearer }) };
    return call(`${router.url}/api/v1${path}`, options);
  };
  return { ...router, ask };
}

describe("HT5: what a token allows", () => {
  const READER: Route[] = ["describe", "home", "read"];
  const WRITER: Route[] = [...READER, "write", "link"];
  const OWNER: Route[] = [...WRITER, "move", "remove"];

  it.each<[string, Promise<string>, Route[]]>([
    ["read", token("read"), READER],
    ["comment", token("comment"), READER],
    ["write", token("write"), WRITER],
    ["admin of some rooms", token("admin"), OWNER],
    ["write everywhere", token("write", ["*"]), WRITER],
    ["admin everywhere", token("admin", ["*"]), ALL],
    ["another room", token("admin", ["other"]), []],
  ])("%s", async (_, bearer, allowed) => {
    const { ask } = await start();
    // What removes the room comes last.
    for (const route of ALL.toSorted((a) => (a === "remove" ? 1 : -1))) {
      const { status, body, headers } = await ask(route, await bearer);
      if (allowed.includes(route)) {
        expect(`${route} ${status}`).toMatch(/ 20[0124]$/);
      } else {
        expect({ route, status, code: body?.code }).toEqual({
          route,
          status: 403,
          code: "FORBIDDEN",
        });
        expect(headers.get("www-authenticate")).toMatch(/insufficient_scope/);
      }
    }
  });

  it("AU8: without authentication everything, or everything but administration", async () => {
    const open = await startRouter({ authenticator: createAnonymousAuthenticator("admin") });
    expect((await call(`${open.url}/api/v1/nodes`)).status).toBe(200);
    const shared = await startRouter({ authenticator: createAnonymousAuthenticator("write") });
    shared.rooms.documents.set(room("a"), UPDATE);
    expect((await call(`${shared.url}/api/v1/rooms/a`)).status).toBe(200);
    expect((await call(`${shared.url}/api/v1/nodes`)).status).toBe(403);
    const removal = await call(`${shared.url}/api/v1/rooms/a`, { method: "DELETE" });
    expect(removal.status).toBe(403);
    expect(shared.rooms.documents.size).toBe(1);
  });
});

describe("HT4: tokens that do not pass", () => {
  it("are 401 with a challenge, on every route", async () => {
    const { ask, rooms } = await start();
    for (const route of ALL) {
      const without = await ask(route);
      expect(without).toMatchObject({ status: 401, body: { code: "TOKEN_MISSING" } });
      expect(without.headers.get("www-authenticate")).toBe('Bearer realm="homeroom"');
      const bad = await ask(route, "a.b.c");
      expect(bad).toMatchObject({ status: 401, body: { code: "TOKEN_INVALID" } });
      expect(bad.headers.get("www-authenticate")).toMatch(/invalid_token/);
    }
    expect(rooms.documents.size).toBe(1);
    expect(rooms.writes).toHaveLength(0);
  });

  it("are told apart when they have expired", async () => {
    const { ask } = await start();
    const past = { now: () => Date.now() - 3_600_000 };
    const expired = await mintToken(SECRET, { rooms: ["*"], access: "read" }, 1_000, past);
    expect(await ask("read", expired)).toMatchObject({
      status: 401,
      body: { code: "TOKEN_EXPIRED" },
    });
  });

  it("are not taken from the address", async () => {
    const { url } = await start();
    const answer = await call(`${url}/api/v1/rooms/docs%2Fa?token=${await token("admin", ["*"])}`);
    expect(answer.status).toBe(401);
  });

  it("are 503 while the keys cannot be had", async () => {
    const { url } = await startRouter({
      authenticator: {
        authenticate() {
          throw new AuthError("UNAVAILABLE", "no keys");
        },
      },
    });
    const answer = await call(`${url}/api/v1/rooms/a`, { token: "t" });
    expect(answer).toMatchObject({ status: 503, body: { code: "KEYS_UNAVAILABLE" } });
    expect(answer.headers.get("retry-after")).toMatch(/^\d+$/);
  });
});

it("HT6: access is decided before the body is read", async () => {
  const { port } = await start();
  const client = await RawClient.connect(port);
  client.send(
    "PATCH /api/v1/rooms/docs%2Fa/document HTTP/1.1\r\nHost: a\r\n" +
      "Content-Type: application/octet-stream\r\nContent-Length: 1000000\r\n\r\n",
  );
  await until("the answer has come", () => client.text().includes("\r\n\r\n"));
  expect(client.text()).toMatch(/^HTTP\/1\.1 401 /);
});
