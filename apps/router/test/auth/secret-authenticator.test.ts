import { describe, expect, it } from "vitest";
import { createSecretAuthenticator, mintToken } from "../../src/index.js";
import { CLAIMS, clock, forge, NOW, refusalOf, room, SECRET, sign } from "./support.js";

const authenticator = createSecretAuthenticator({ secret: SECRET, clock });

describe("AU1: a shared secret", () => {
  it("accepts what it signed", async () => {
    const token = await sign({ ...CLAIMS, sub: "u1", name: "Ada" });
    const principal = await authenticator.authenticate(token);
    expect(principal).toMatchObject({ subject: "u1", name: "Ada", operator: false });
    expect(principal.accessTo(room("docs/a"))).toBe("write");
    expect(principal.accessTo(room("other"))).toBeNull();
  });

  it("refuses another secret's signature, and a signature of other claims", async () => {
    const foreign = await sign(CLAIMS, "another secret of more than thirty-two bytes");
    expect((await refusalOf(authenticator, foreign)).code).toBe("INVALID");
    const [header, , signature] = (await sign(CLAIMS)).split(".");
    const payload = Buffer.from(JSON.stringify({ ...CLAIMS, access: "admin" }));
    const altered = `${header}.${payload.toString("base64url")}.${signature}`;
    expect((await refusalOf(authenticator, altered)).code).toBe("INVALID");
  });

  it("is no shorter than 32 bytes", () => {
    const secret = "x".repeat(31);
    expect(() => createSecretAuthenticator({ secret, clock })).toThrow(/31 bytes.*at least 32/);
  });
});

describe("AU2: algorithms are pinned", () => {
  it.each(["none", "None", "NONE", "HS384", "HS512", "RS256", "EdDSA"])(
    "refuses alg %s",
    async (alg) => {
      const [, , signature = ""] = (await sign(CLAIMS)).split(".");
      for (const text of ["", signature]) {
        const refusal = await refusalOf(authenticator, forge({ alg, typ: "JWT" }, CLAIMS, text));
        expect(refusal.code).toBe("INVALID");
      }
    },
  );
});

describe("AU3: claims are checked", () => {
  it.each([
    ["no rooms", { rooms: undefined }],
    ["rooms that are no list", { rooms: "*" }],
    ["rooms that are no texts", { rooms: [1] }],
    ["too many rooms", { rooms: Array.from({ length: 1_001 }, () => "a") }],
    ["no access", { access: undefined }],
    ["an unknown access", { access: "root" }],
    ["a subject that is no text", { sub: 7 }],
    ["a name that is no text", { name: {} }],
    ["no expiry", { exp: undefined }],
    ["an expiry that is no number", { exp: "tomorrow" }],
    ["an expiry beyond time", { exp: 1e300 }],
    ["a token of the future", { nbf: NOW / 1_000 + 600 }],
  ])("refuses %s", async (_, claims) => {
    const refusal = await refusalOf(authenticator, await sign({ ...CLAIMS, ...claims }));
    expect(refusal.code).toBe("INVALID");
  });

  it("says which claim is wrong", async () => {
    const without = await refusalOf(authenticator, await sign({ ...CLAIMS, exp: undefined }));
    expect(without.message).toMatch(/exp/);
    const unknown = await refusalOf(authenticator, await sign({ ...CLAIMS, access: "root" }));
    expect(unknown.message).toMatch(/access/);
  });

  it("refuses what is too long to be a token, and what is none", async () => {
    for (const token of ["x".repeat(8_193), "a.b.c", "..", "token"]) {
      expect((await refusalOf(authenticator, token)).code).toBe("INVALID");
    }
  });
});

describe("AU4: time and absence", () => {
  it("tells apart no token and an expired one", async () => {
    expect((await refusalOf(authenticator, null)).code).toBe("MISSING");
    expect((await refusalOf(authenticator, "")).code).toBe("MISSING");
    const expired = await sign({ ...CLAIMS, exp: NOW / 1_000 - 6 });
    expect((await refusalOf(authenticator, expired)).code).toBe("EXPIRED");
  });

  it("bears with clocks that differ by five seconds, and expires that much later", async () => {
    const late = await authenticator.authenticate(await sign({ ...CLAIMS, exp: NOW / 1_000 - 4 }));
    expect(late.expiresAt).toBe(NOW + 1_000);
  });
});

describe("AU7: operators", () => {
  it.each([
    [["*"], "admin", true],
    [["docs/*", "*"], "admin", true],
    [["docs/*"], "admin", false],
    [["*"], "write", false],
  ])("rooms %j with access %s: %s", async (rooms, access, expected) => {
    const principal = await authenticator.authenticate(await sign({ ...CLAIMS, rooms, access }));
    expect(principal.operator).toBe(expected);
  });
});

describe("AU9: minting", () => {
  it("makes tokens that are accepted, for as long as was asked", async () => {
    const claims = { rooms: ["docs/*"], access: "comment", sub: "u1", name: "Ada" } as const;
    const token = await mintToken(SECRET, claims, 90_000, clock);
    const principal = await authenticator.authenticate(token);
    expect(principal).toMatchObject({ subject: "u1", name: "Ada" });
    expect(principal.accessTo(room("docs/a"))).toBe("comment");
    expect(principal.expiresAt).toBe(NOW + 95_000);
  });

  it("refuses what could not be used", async () => {
    const claims = { rooms: ["a"], access: "read" } as const;
    await expect(mintToken("short", claims, 1_000, clock)).rejects.toThrow(RangeError);
    await expect(mintToken(SECRET, claims, 0, clock)).rejects.toThrow(RangeError);
    await expect(mintToken(SECRET, claims, Number.NaN, clock)).rejects.toThrow(RangeError);
    const empty = { ...claims, rooms: [""] };
    await expect(mintToken(SECRET, empty, 1_000, clock)).rejects.toThrow(/rooms/);
  });
});
