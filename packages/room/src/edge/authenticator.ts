import type { RoomName } from "@homeroom/protocol";
import type { Access } from "../homes.js";

/** Who a token speaks for, and what it opens. */
export interface Identity {
  readonly subject: string | null;
  readonly name: string | null;
  /** Milliseconds since the epoch; null for an identity that does not expire. */
  readonly expiresAt: number | null;
  /** Null where the room is closed to this identity. `admin` may write as well. */
  accessTo(room: RoomName): Access | "admin" | null;
}

/** Turns a token into an identity. Rejects, or throws, with an `AuthError` and nothing else. */
export interface Authenticator {
  authenticate(token: string | null): Promise<Identity> | Identity;
}

export type AuthErrorCode =
  | "MISSING"
  | "INVALID"
  | "EXPIRED"
  /** The keys cannot be had now; a later attempt may succeed. */
  | "UNAVAILABLE";

export class AuthError extends Error {
  readonly code: AuthErrorCode;

  constructor(code: AuthErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AuthError";
    this.code = code;
  }
}
