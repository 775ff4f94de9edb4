import type { Authenticator, Identity } from "@homeroom/room";

/** An identity as the HTTP API needs it: beside the rooms there are nodes and listings. */
export interface Principal extends Identity {
  /** May list rooms, see nodes and drain them: `admin` of every room. */
  readonly operator: boolean;
}

/** Rejects, or throws, with an `AuthError` and nothing else. */
export interface PrincipalAuthenticator extends Authenticator {
  authenticate(token: string | null): Promise<Principal> | Principal;
}
