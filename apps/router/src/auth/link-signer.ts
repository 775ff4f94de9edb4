import type { RoomName } from "@homeroom/protocol";
import { AuthError, type Clock } from "@homeroom/room";
import { mintToken } from "./mint-token.js";
import type { Principal } from "./principal.js";
import type { TokenAudience } from "./token-authenticator.js";

/** What somebody wants to give to others. */
export interface LinkRequest {
  /** Without `*`: in a token that would stand for other rooms as well. */
  readonly room: RoomName;
  readonly access: "read" | "write";
  /** Whole seconds. */
  readonly ttlSeconds: number;
}

export interface Link {
  readonly token: string;
  /** Milliseconds since the epoch: the token's `exp`. */
  readonly expiresAt: number;
}

/**
 * Signs tokens for links (docs/adr/0036-links-for-others.md).
 * @throws AuthError where the caller's own token has come to its end meanwhile.
 */
export type LinkSigner = (caller: Principal, request: LinkRequest) => Promise<Link>;

/** Why a server signs none: everybody may enter anyway, or others hold the keys. */
export type NoLinks = "authentication-off" | "keys-elsewhere";

export interface LinkSignerOptions extends TokenAudience {
  readonly secret: string;
  readonly clock: Pick<Clock, "now">;
  /** Never the same twice: a link can be told from others in a log. */
  readonly newId: () => string;
}

export function createLinkSigner(options: LinkSignerOptions): LinkSigner {
  const { secret, clock, newId, ...audience } = options;
  return async (caller, { room, access, ttlSeconds }) => {
    // One moment for all of it, so that what is answered is what the token says.
    const now = Math.floor(clock.now() / 1_000) * 1_000;
    const wished = now + ttlSeconds * 1_000;
    const isAdmin = caller.accessTo(room) === "admin";
    const expiresAt = isAdmin ? wished : Math.min(wished, wholeSeconds(caller.tokenEndsAt));
    if (expiresAt <= now) {
      throw new AuthError("EXPIRED", "the token has expired, and its links would have, too");
    }
    const claims = { rooms: [room], access, sub: `link:${newId()}` };
    const token = await mintToken(secret, claims, expiresAt - now, { now: () => now }, audience);
    return { token, expiresAt };
  };
}

/** A token may end within a second; a link never outlives it. */
function wholeSeconds(ms: number | null): number {
  return ms === null ? Number.POSITIVE_INFINITY : Math.floor(ms / 1_000) * 1_000;
}
