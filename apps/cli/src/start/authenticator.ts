import { randomUUID } from "node:crypto";
import { isLoopback, type Settings } from "@homeroom/config";
import type { Clock } from "@homeroom/room";
import {
  createAnonymousAuthenticator,
  createJwksAuthenticator,
  createLinkSigner,
  createSecretAuthenticator,
  type LinkSigner,
  type NoLinks,
  type PrincipalAuthenticator,
  type TokenAudience,
} from "@homeroom/router";

export const authenticates = ({ authSecret, authJwksUrl }: Settings): boolean =>
  authSecret !== null || authJwksUrl !== null;

/** Who may do what: as tokens say, or, without authentication, everybody. */
export function createAuthenticator(settings: Settings, clock: Clock): PrincipalAuthenticator {
  const { authSecret, authJwksUrl } = settings;
  const expected = audienceOf(settings);
  if (authSecret !== null)
    return createSecretAuthenticator({ ...expected, secret: authSecret, clock });
  if (authJwksUrl !== null) {
    return createJwksAuthenticator({ ...expected, url: new URL(authJwksUrl), clock });
  }
  return createAnonymousAuthenticator(isLoopback(settings.host) ? "admin" : "write");
}

/** How people let others in, where this server can sign what it accepts. */
export function createLinks(settings: Settings, clock: Clock): LinkSigner | NoLinks {
  const { authSecret: secret } = settings;
  if (!authenticates(settings)) return "authentication-off";
  if (secret === null) return "keys-elsewhere";
  return createLinkSigner({ ...audienceOf(settings), secret, clock, newId: randomUUID });
}

function audienceOf({ authAudience, authIssuer }: Settings): TokenAudience {
  return {
    ...(authAudience === null ? {} : { audience: authAudience }),
    ...(authIssuer === null ? {} : { issuer: authIssuer }),
  };
}
