import type { Clock } from "@homeroom/room";
import { SignJWT } from "jose";
import { parseGrant, type TokenClaims } from "./claims.js";
import type { TokenAudience } from "./token-authenticator.js";
import { parseTokenSecret } from "./token-secret.js";

/**
 * Signs a token that `createSecretAuthenticator` accepts.
 *
 * @param secret At least 32 bytes of UTF-8.
 * @param ttlMs How long the token can be used; rounded up to whole seconds.
 * @param audience What the authenticator demands besides, if anything.
 * @throws RangeError where the secret, the claims or the time to live are not usable.
 */
export async function mintToken(
  secret: string,
  claims: TokenClaims,
  ttlMs: number,
  clock: Pick<Clock, "now">,
  { issuer, audience }: TokenAudience = {},
): Promise<string> {
  const key = parseTokenSecret(secret);
  const grant = parseGrant(claims);
  if ("problem" in grant) throw new RangeError(`a token cannot say this: ${grant.problem}`);
  if (!(ttlMs > 0 && Number.isFinite(ttlMs))) {
    throw new RangeError(`a token lives for a positive number of milliseconds, not ${ttlMs}`);
  }
  const issued = Math.floor(clock.now() / 1_000);
  const { rooms, access, sub, name } = grant;
  const jwt = new SignJWT({ rooms, access, ...(sub && { sub }), ...(name && { name }) });
  if (issuer !== undefined) jwt.setIssuer(issuer);
  if (audience !== undefined) jwt.setAudience(audience);
  return await jwt
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuedAt(issued)
    .setExpirationTime(issued + Math.ceil(ttlMs / 1_000))
    .sign(key);
}
