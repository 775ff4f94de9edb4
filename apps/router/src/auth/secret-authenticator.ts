import type { Clock } from "@homeroom/room";
import { jwtVerify } from "jose";
import type { PrincipalAuthenticator } from "./principal.js";
import { createTokenAuthenticator, type TokenAudience } from "./token-authenticator.js";
import { parseTokenSecret } from "./token-secret.js";

/**
 * Accepts tokens that were signed with a shared secret, HS256 and nothing else.
 * @throws RangeError where the secret is shorter than 32 bytes.
 */
export function createSecretAuthenticator(
  options: TokenAudience & { readonly secret: string; readonly clock: Pick<Clock, "now"> },
): PrincipalAuthenticator {
  const { secret, clock, ...expected } = options;
  const key = parseTokenSecret(secret);
  return createTokenAuthenticator(
    async (token, checks) => {
      const { payload } = await jwtVerify(token, key, { ...checks, algorithms: ["HS256"] });
      return payload;
    },
    clock,
    expected,
  );
}
