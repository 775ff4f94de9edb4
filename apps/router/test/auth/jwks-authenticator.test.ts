import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { systemClock } from "@homeroom/room";
import { exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT } from "jose";
import { describe, expect, it, onTestFinished } from "vitest";
import { createJwksAuthenticator, type JwksLimits } from "../../src/index.js";
import { forge, refusalOf, room, sign } from "./support.js";

const CLAIMS = { rooms: ["docs/*"], access: "write" };

type Answer = { status: number; body: string } | "silence";

/** A key server on a free port. */
class KeyServer {
  requests = 0;
  answer: Answer = { status: 200, body: JSON.stringify({ keys: [] }) };
  #url: URL | null = null;

  async start(): Promise<void> {
    const server = createServer((_request, response) => {
      this.requests += 1;
      if (this.answer === "silence") return;
      response.writeHead(this.answer.status, { "content-type": "application/json" });
      response.end(this.answer.body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    this.#url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`);
  }

  get url(): URL {
    if (this.#url === null) throw new Error("not started");
    return this.#url;
  }

  serve(keys: readonly JWK[]): void {
    this.answer = { status: 200, body: JSON.stringify({ keys }) };
  }
}

async function setUp(limits: Partial<JwksLimits> = {}) {
  const server = new KeyServer();
  await server.start();
  const authenticator = createJwksAuthenticator({ url: server.url, clock: systemClock, limits });
  return { server, authenticator };
}

async function keyPair(alg: string, kid: string) {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk: JWK = { ...(await exportJWK(publicKey)), kid, alg, use: "sig" };
  const token = async (claims: object = CLAIMS) =>
    await new SignJWT({ ...claims })
      .setProtectedHeader({ alg, kid })
      .setExpirationTime("1h")
      .sign(privateKey);
  return { publicKey, jwk, token };
}

describe("AU2: a set of public keys", () => {
  it.each(["RS256", "ES256", "EdDSA"])("accepts %s", async (alg) => {
    const { server, authenticator } = await setUp();
    const keys = await keyPair(alg, "k1");
    server.serve([keys.jwk]);
    const principal = await authenticator.authenticate(await keys.token());
    expect(principal.accessTo(room("docs/a"))).toBe("write");
  });

  it("refuses the public key as a secret, alg none, and another's signature", async () => {
    const { server, authenticator } = await setUp();
    const keys = await keyPair("RS256", "k1");
    server.serve([keys.jwk]);
    const exp = Math.floor(Date.now() / 1_000) + 600;
    const confused = await sign({ ...CLAIMS, exp }, await exportSPKI(keys.publicKey));
    expect((await refusalOf(authenticator, confused)).code).toBe("INVALID");
    const none = forge({ alg: "none", kid: "k1" }, { ...CLAIMS, exp }, "");
    expect((await refusalOf(authenticator, none)).code).toBe("INVALID");
    const other = await keyPair("RS256", "k1");
    expect((await refusalOf(authenticator, await other.token())).code).toBe("INVALID");
  });

  it("refuses HS256 even where the key set holds a symmetric key", async () => {
    const { server, authenticator } = await setUp();
    const secret = "a secret of more than thirty-two bytes";
    server.serve([{ kty: "oct", k: Buffer.from(secret).toString("base64url"), alg: "HS256" }]);
    const token = await sign({ ...CLAIMS, exp: Math.floor(Date.now() / 1_000) + 600 }, secret);
    expect((await refusalOf(authenticator, token)).code).toBe("INVALID");
  });

  it("asks for the issuer and the audience where they are given", async () => {
    const { server } = await setUp();
    const keys = await keyPair("ES256", "k1");
    server.serve([keys.jwk]);
    const authenticator = createJwksAuthenticator({
      url: server.url,
      clock: systemClock,
      issuer: "https://id.example",
      audience: "homeroom",
    });
    const right = { ...CLAIMS, iss: "https://id.example", aud: "homeroom" };
    await authenticator.authenticate(await keys.token(right));
    for (const wrong of [{ iss: "https://evil.example" }, { aud: "shop" }, { aud: undefined }]) {
      const token = await keys.token({ ...right, ...wrong });
      expect((await refusalOf(authenticator, token)).code).toBe("INVALID");
    }
  });
});

describe("AU6: keys that cannot be had", () => {
  it("says UNAVAILABLE, and does not ask again at once", async () => {
    const { server, authenticator } = await setUp({ failureRestMs: 60_000 });
    const keys = await keyPair("ES256", "k1");
    server.answer = { status: 500, body: "" };
    expect((await refusalOf(authenticator, await keys.token())).code).toBe("UNAVAILABLE");
    server.serve([keys.jwk]);
    expect((await refusalOf(authenticator, await keys.token())).code).toBe("UNAVAILABLE");
    expect(server.requests).toBe(1);
  });

  it("recovers after the rest", async () => {
    const { server, authenticator } = await setUp({ failureRestMs: 0 });
    const keys = await keyPair("ES256", "k1");
    server.answer = { status: 503, body: "" };
    expect((await refusalOf(authenticator, await keys.token())).code).toBe("UNAVAILABLE");
    server.serve([keys.jwk]);
    await authenticator.authenticate(await keys.token());
  });

  it("does not wait for ever", async () => {
    const { server, authenticator } = await setUp({ timeoutMs: 50 });
    server.answer = "silence";
    const keys = await keyPair("ES256", "k1");
    expect((await refusalOf(authenticator, await keys.token())).code).toBe("UNAVAILABLE");
  });

  it.each(["not JSON", "{}", '{"keys":7}'])("says so for an answer of %j", async (body) => {
    const { server, authenticator } = await setUp();
    server.answer = { status: 200, body };
    const keys = await keyPair("ES256", "k1");
    expect((await refusalOf(authenticator, await keys.token())).code).toBe("UNAVAILABLE");
  });

  it("keeps the keys, and fetches them again for an unknown one after the cooldown", async () => {
    const { server, authenticator } = await setUp({ cooldownMs: 0 });
    const first = await keyPair("ES256", "k1");
    const second = await keyPair("ES256", "k2");
    server.serve([first.jwk]);
    await authenticator.authenticate(await first.token());
    await authenticator.authenticate(await first.token());
    expect(server.requests).toBe(1);
    server.serve([first.jwk, second.jwk]);
    await authenticator.authenticate(await second.token());
    expect(server.requests).toBe(2);
  });

  it("does not let tokens with invented keys hammer the key server", async () => {
    const { server, authenticator } = await setUp();
    const known = await keyPair("ES256", "k1");
    const invented = await keyPair("ES256", "k2");
    server.serve([known.jwk]);
    await authenticator.authenticate(await known.token());
    for (let i = 0; i < 5; i++) {
      expect((await refusalOf(authenticator, await invented.token())).code).toBe("INVALID");
    }
    expect(server.requests).toBe(1);
  });
});
