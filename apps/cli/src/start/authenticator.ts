import { isLoopback, type Settings } from "@homeroom/config";
import type { Clock } from "@homeroom/room";
import {
  createAnonymousAuthenticator,
  createJwksAuthenticator,
  createSecretAuthenticator,
  type PrincipalAuthenticator,
  type TokenAudience,
} from "@homeroom/router";

export const authenticates = ({ authSecret, authJwksUrl }: Settings): boolean =>
  authSecret !== null || authJwksUrl !== null;

/** Who may do what: as tokens say, or, without authentication, everybody. */
export function createAuthenticator(settings: Settings, clock: Clock): PrincipalAuthenticator {
  const { authSecret, authJwksUrl, authAudience, authIssuer } = settings;
  const expected: TokenAudience = {
    ...(authAudience === null ? {} : { audience: authAudience }),
    ...(authIssuer === null ? {} : { issuer: authIssuer }),
  };
  if (authSecret !== null)
    return createSecretAuthenticator({ ...expected, secret: authSecret, clock });
  if (authJwksUrl !== null) {
    return createJwksAuthenticator({ ...expected, url: new URL(authJwksUrl), clock });
  }
  return createAnonymousAuthenticator(isLoopback(settings.host) ? "admin" : "write");
}
