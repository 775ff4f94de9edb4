import type { Principal, PrincipalAuthenticator } from "./principal.js";

/**
 * Authentication is off: everybody is the same nobody, and tokens are not looked at.
 *
 * @param access `admin` where only this machine can connect: the whole API is open. `write`
 *   where others can: they may read and edit, but not delete rooms, move them, list them or
 *   touch nodes (docs/adr/0009-http-authorization.md).
 */
export function createAnonymousAuthenticator(access: "write" | "admin"): PrincipalAuthenticator {
  const nobody: Principal = {
    subject: null,
    name: null,
    expiresAt: null,
    tokenEndsAt: null,
    operator: access === "admin",
    accessTo: () => access,
  };
  return { authenticate: () => nobody };
}
