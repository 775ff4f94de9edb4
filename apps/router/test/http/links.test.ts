import { describe, expect, it } from "vitest";
import {
  createLinkSigner,
  createSecretAuthenticator,
  type LinkSignerOptions,
  mintToken,
} from "../../src/index.js";
import { NOW, SECRET } from "../auth/support.js";
import { startRouter } from "../support/start-router.js";
import { call } from "./call.js";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

type Demanded = Pick<LinkSignerOptions, "issuer" | "audience">;

async function start(demanded: Demanded = {}) {
  const clock = { now: () => NOW };
  let links = 0;
  const options = { ...demanded, secret: SECRET, clock };
  const authenticator = createSecretAuthenticator(options);
  const signer = createLinkSigner({ ...options, newId: () => `${++links}` });
  const router = await startRouter({ authenticator, links: signer });
  return {
    ...router,
    authenticator,
    token: (access: "read" | "comment" | "write" | "admin", ttlMs = HOUR) =>
      mintToken(SECRET, { rooms: ["docs/*"], access }, ttlMs, clock, demanded),
    link: (token: string, json: object, room = "docs/a") => {
      const path = `/api/v1/rooms/${encodeURIComponent(room)}/links`;
      return call(router.url + path, { method: "POST", token, json });
    },
  };
}

const claimsOf = (token: unknown): Record<string, unknown> =>
  JSON.parse(Buffer.from(String(token).split(".")[1] ?? "", "base64url").toString());

const iso = (ms: number) => new Date(ms).toISOString();

describe("LK1: a link", () => {
  it.each(["read", "write"] as const)(
    "to %s lets into one room, and no further",
    async (access) => {
      const { link, token, authenticator } = await start();
      const answer = await link(await token("admin"), { access });
      expect(answer).toMatchObject({
        status: 201,
        body: { room: "docs/a", access, expiresAt: iso(NOW + 7 * DAY) },
      });
      const minted = String(answer.body?.token);
      expect(claimsOf(minted)).toEqual({
        rooms: ["docs/a"],
        access,
        sub: "link:1",
        iat: NOW / 1_000,
        exp: (NOW + 7 * DAY) / 1_000,
      });
      const guest = await authenticator.authenticate(minted);
      expect(guest).toMatchObject({ operator: false, name: null, tokenEndsAt: NOW + 7 * DAY });
      expect((await link(minted, { access: "read" }, "docs/b")).status).toBe(403);
    },
  );

  it("lasts from a minute to 30 days, as is asked for", async () => {
    const { link, token } = await start();
    const admin = await token("admin");
    for (const ttlSeconds of [60, 2_592_000]) {
      const { body } = await link(admin, { access: "read", ttlSeconds });
      expect(body).toMatchObject({ expiresAt: iso(NOW + ttlSeconds * 1_000) });
    }
    for (const ttlSeconds of [59, 2_592_001, 90.5, "60", null]) {
      const answer = await link(admin, { access: "read", ttlSeconds });
      expect(answer).toMatchObject({ status: 400, body: { code: "INVALID_REQUEST" } });
    }
  });

  it.each([{}, { access: "comment" }, { access: "admin" }])("%o is none", async (wish) => {
    const { link, token } = await start();
    const answer = await link(await token("admin"), wish);
    expect(answer).toMatchObject({ status: 400, body: { code: "INVALID_REQUEST" } });
  });
});

describe("LK2: a link of a writer", () => {
  it("ends with the writer's own token, and so do those that are made with it", async () => {
    const { link, token } = await start();
    let writer = await token("write", HOUR);
    for (let generation = 1; generation <= 3; generation++) {
      const { status, body } = await link(writer, { access: "write", ttlSeconds: 86_400 });
      expect({ status, body }).toMatchObject({ status: 201, body: { expiresAt: iso(NOW + HOUR) } });
      writer = String(body?.token);
    }
    const short = await link(writer, { access: "read", ttlSeconds: 60 });
    expect(short.body).toMatchObject({ expiresAt: iso(NOW + 60_000) });
  });

  it("is none where the token ends at this moment", async () => {
    const { link } = await start();
    // Still accepted: clocks may differ by 5 s.
    const past = { now: () => NOW - HOUR };
    const grant = { rooms: ["docs/*"], access: "write" } as const;
    const ending = await mintToken(SECRET, grant, HOUR, past);
    const answer = await link(ending, { access: "read" });
    expect(answer).toMatchObject({ status: 401, body: { code: "TOKEN_EXPIRED" } });
  });

  it.each(["read", "comment"] as const)("who may %s makes none", async (access) => {
    const { link, token } = await start();
    const answer = await link(await token(access), { access: "read" });
    expect(answer).toMatchObject({ status: 403, body: { code: "FORBIDDEN" } });
  });
});

it("LK3: it satisfies what the server demands of tokens, and can be told from others", async () => {
  const { link, token, authenticator } = await start({ issuer: "us", audience: "docs" });
  const subjects: unknown[] = [];
  for (let count = 0; count < 2; count++) {
    const { body } = await link(await token("write"), { access: "read" });
    const guest = await authenticator.authenticate(String(body?.token));
    subjects.push(guest.subject);
  }
  expect(subjects).toEqual(["link:1", "link:2"]);
});

it("LK4: a room whose name is a pattern gets none", async () => {
  const { link, token } = await start();
  const answer = await link(await token("admin"), { access: "read" }, "docs/*");
  expect(answer).toMatchObject({ status: 422, body: { code: "ROOM_NOT_LINKABLE" } });
});

it.each([
  ["authentication-off", 409, "AUTHENTICATION_OFF"],
  ["keys-elsewhere", 501, "LINKS_UNAVAILABLE"],
] as const)("LK5: %s: %i", async (links, status, code) => {
  const { url } = await startRouter({ links });
  const json = { access: "read" };
  const answer = await call(`${url}/api/v1/rooms/a/links`, { method: "POST", json });
  expect(answer).toMatchObject({ status, body: { code } });
});

it("LK6: it is logged nowhere, and other pages get none", async () => {
  const { url, link, token, logger } = await start();
  const admin = await token("admin");
  const { body } = await link(admin, { access: "read" });
  const logged = JSON.stringify(logger.lines);
  expect(logged).toContain("/rooms/docs%2Fa/links");
  expect(logged).not.toContain(String(body?.token));
  expect(logged).not.toContain(admin);
  const foreign = await fetch(`${url}/api/v1/rooms/docs%2Fa/links`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${admin}`,
      "content-type": "application/json",
      origin: "https://elsewhere.example",
    },
    body: JSON.stringify({ access: "read" }),
  });
  expect(foreign.status).toBe(403);
  expect(await foreign.json()).toMatchObject({ code: "ORIGIN_REFUSED" });
});
