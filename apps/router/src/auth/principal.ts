import type { Authenticator, Identity } from "@homeroom/room";

/** An identity as the HTTP API needs it: beside the rooms there are nodes and listings. */
export interface Principal extends Identity {
  /** May list rooms, see nodes and drain them: `admin` of every room. */
  readonly operator: boolean;
  /**
   * When its token ends by the token's own words, in milliseconds since the epoch; `expiresAt` is a
   * little later. Null where there is no token.
   */
  readonly tokenEndsAt: number | null;
}

/** Rejects, or throws, with an `AuthError` and nothing else. */
export interface PrincipalAuthenticator extends Authenticator {
  authenticate(token: string | null): Promise<Principal> | Principal;
}
