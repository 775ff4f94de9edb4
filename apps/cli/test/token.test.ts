import { parseRoomName } from "@homeroom/protocol";
import { createSecretAuthenticator } from "@homeroom/router";
import { describe, expect, it } from "vitest";
import { tell } from "./support/terminal.js";

const secret = "0123456789abcdef0123456789abcdef";
const env = { HOMEROOM_AUTH_SECRET: secret };

/** What the server makes of a token, `later` milliseconds from now. */
const authenticate = async (token: string, later = 0) => {
  const clock = { now: () => Date.now() + later };
  return await createSecretAuthenticator({ secret, clock }).authenticate(token);
};

const room = (name: string) => {
  const parsed = parseRoomName(name);
  if (parsed === null) throw new Error(name);
  return parsed;
};

describe("CL8: token", () => {
  it("prints a token that the server accepts", async () => {
    const args = ["token", "--room", "docs/*", "--access", "read", "--name", "Ada", "--sub", "u1"];
    const { code, out, err } = await tell(args, env);
    expect({ code, lines: out.length, err }).toEqual({ code: 0, lines: 1, err: [] });
    const principal = await authenticate(out[0] ?? "");
    expect(principal).toMatchObject({ subject: "u1", name: "Ada" });
    expect(principal.accessTo(room("docs/a/b"))).toBe("read");
    expect(principal.accessTo(room("other"))).toBeNull();
  });

  it("is good for --ttl and no longer", async () => {
    const { out } = await tell(["token", "--room", "a", "--ttl", "10m"], env);
    const [token = ""] = out;
    await expect(authenticate(token, 9 * 60_000)).resolves.toMatchObject({ name: null });
    await expect(authenticate(token, 11 * 60_000)).rejects.toMatchObject({ code: "EXPIRED" });
  });

  it("CL1: says what is missing or wrong, and no secret", async () => {
    expect(await tell(["token"])).toMatchObject({
      code: 2,
      out: [],
      err: [
        "--room: must be given: a room's name, or a pattern with * for any characters (docs/*)",
        "--auth-secret: must be given: the secret that the server was started with",
      ],
    });
    const wrong = ["token", "--room", "a//b", "--access", "all", "--ttl", "60"];
    const { code, err } = await tell(wrong, { HOMEROOM_AUTH_SECRET: "hunter2" });
    expect(code).toBe(2);
    expect(err).toHaveLength(4);
    expect(err[0]).toBe(
      '--room "a//b": must be a room\'s name, or a pattern with * for any characters (docs/*)',
    );
    expect(err.join()).not.toContain("hunter2");
  });
});
