import { expect, it } from "vitest";
import { createAnonymousAuthenticator } from "../../src/index.js";
import { room } from "./support.js";

it.each([
  ["admin", true],
  ["write", false],
] as const)(
  "AU8: without authentication everybody has %s; operator: %s",
  async (access, operator) => {
    const authenticator = createAnonymousAuthenticator(access);
    for (const token of [null, "whatever"]) {
      const principal = await authenticator.authenticate(token);
      expect(principal.accessTo(room("any"))).toBe(access);
      expect(principal).toMatchObject({ subject: null, expiresAt: null, operator });
    }
  },
);
