import { AuthError, type Clock } from "@homeroom/room";
import {
  createRemoteJWKSet,
  customFetch,
  errors,
  type FetchImplementation,
  type JWTVerifyGetKey,
  jwtVerify,
} from "jose";
import type { PrincipalAuthenticator } from "./principal.js";
import { createTokenAuthenticator, type TokenAudience } from "./token-authenticator.js";

/** Asymmetric alone: with HS256 among them, the public key would be the secret. */
const ALGORITHMS = [
  "EdDSA",
  "Ed25519",
  "ES256",
  "ES384",
  "ES512",
  "PS256",
  "PS384",
  "PS512",
  "RS256",
  "RS384",
  "RS512",
];

export interface JwksLimits {
  /** For one fetch of the keys. */
  readonly timeoutMs: number;
  /** Between two fetches that tokens with an unknown key may cause. */
  readonly cooldownMs: number;
  /** After a fetch that failed, before the next. */
  readonly failureRestMs: number;
  /** How long the keys are used before they are fetched again. */
  readonly maxAgeMs: number;
}

export const defaultJwksLimits: JwksLimits = {
  timeoutMs: 5_000,
  cooldownMs: 30_000,
  failureRestMs: 1_000,
  maxAgeMs: 600_000,
};

export interface JwksAuthenticatorOptions extends TokenAudience {
  readonly url: URL;
  readonly clock: Clock;
  readonly limits?: Partial<JwksLimits>;
}

/** Accepts tokens that were signed with one of the private keys whose public halves `url` lists. */
export function createJwksAuthenticator(options: JwksAuthenticatorOptions): PrincipalAuthenticator {
  const { url, clock, limits, ...expected } = options;
  const getKey = remoteKeys(url, clock, { ...defaultJwksLimits, ...limits });
  return createTokenAuthenticator(
    async (token, checks) => {
      const { payload } = await jwtVerify(token, getKey, { ...checks, algorithms: ALGORITHMS });
      return payload;
    },
    clock,
    expected,
  );
}

function remoteKeys(url: URL, clock: Clock, limits: JwksLimits): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(url, {
    timeoutDuration: limits.timeoutMs,
    cooldownDuration: limits.cooldownMs,
    cacheMaxAge: limits.maxAgeMs,
    [customFetch]: restAfterFailure(clock, limits.failureRestMs),
  });
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      if (isTokensFault(error)) throw error;
      throw new AuthError("UNAVAILABLE", "the keys that tokens are checked with cannot be had", {
        cause: error,
      });
    }
  };
}

/** Everything else that goes wrong on the way to a key is the key server's fault, or the network's. */
const isTokensFault = (error: unknown): boolean =>
  error instanceof errors.JWKSNoMatchingKey ||
  error instanceof errors.JWKSMultipleMatchingKeys ||
  error instanceof errors.JOSENotSupported;

/**
 * Keeps a key server that is down from being asked once per connection that arrives meanwhile:
 * jose's own cooldown counts from the last success.
 */
function restAfterFailure(clock: Clock, restMs: number): FetchImplementation {
  let restUntil = Number.NEGATIVE_INFINITY;
  return async (url, init) => {
    if (clock.monotonic() < restUntil) throw new Error("fetching the keys failed a moment ago");
    try {
      const response = await fetch(url, init);
      if (response.status !== 200) throw new Error(`the key server answers ${response.status}`);
      return response;
    } catch (error) {
      restUntil = clock.monotonic() + restMs;
      throw error;
    }
  };
}
