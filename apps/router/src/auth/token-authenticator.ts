import { WireLimits } from "@homeroom/protocol";
import { AuthError, type Clock } from "@homeroom/room";
import { errors, type JWTPayload, type JWTVerifyOptions } from "jose";
import { type ExpiringClaims, parseClaims } from "./claims.js";
import type { Principal, PrincipalAuthenticator } from "./principal.js";
import { RoomPatterns } from "./room-patterns.js";

/** What a token must say about who made it and for whom, where more than one party shares keys. */
export interface TokenAudience {
  readonly issuer?: string;
  readonly audience?: string;
}

/** How far the clocks of issuer and server may differ, in seconds. */
const CLOCK_TOLERANCE = 5;

/** Checks a token's signature and times. Rejects with an `AuthError` or an error of jose. */
export type VerifyToken = (token: string, options: JWTVerifyOptions) => Promise<JWTPayload>;

/**
 * From a JWT to a principal. The caller's `verify` pins the algorithms; everything else that a
 * token must satisfy is here.
 */
export function createTokenAuthenticator(
  verify: VerifyToken,
  clock: Pick<Clock, "now">,
  expected: TokenAudience,
): PrincipalAuthenticator {
  return {
    async authenticate(token) {
      if (token === null || token === "") {
        throw new AuthError("MISSING", "a token is needed: ?token= or Authorization: Bearer");
      }
      if (token.length > WireLimits.tokenBytes) {
        throw new AuthError("INVALID", `a token has at most ${WireLimits.tokenBytes} bytes`);
      }
      const payload = await verify(token, {
        ...expected,
        clockTolerance: CLOCK_TOLERANCE,
        currentDate: new Date(clock.now()),
        requiredClaims: ["exp"],
      }).catch((error: unknown) => {
        throw refusal(error);
      });
      const claims = parseClaims(payload);
      if ("problem" in claims) throw new AuthError("INVALID", `token claims: ${claims.problem}`);
      return principal(claims);
    },
  };
}

function principal(claims: ExpiringClaims): Principal {
  const patterns = new RoomPatterns(claims.rooms);
  return {
    subject: claims.sub ?? null,
    name: claims.name ?? null,
    // With the tolerance, so that a token that was just accepted does not expire at once.
    expiresAt: (claims.exp + CLOCK_TOLERANCE) * 1_000,
    tokenEndsAt: claims.exp * 1_000,
    operator: claims.access === "admin" && patterns.all,
    accessTo: (room) => (patterns.include(room) ? claims.access : null),
  };
}

/** What jose says, in the four words that an edge acts on. */
function refusal(error: unknown): AuthError {
  if (error instanceof AuthError) return error;
  if (error instanceof errors.JWTExpired) {
    return new AuthError("EXPIRED", "the token has expired", { cause: error });
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    return new AuthError("INVALID", `token claim ${error.claim}: ${error.reason}`, {
      cause: error,
    });
  }
  return new AuthError("INVALID", "the token is not signed as this server demands", {
    cause: error,
  });
}
