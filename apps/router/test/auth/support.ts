import type { RoomName } from "@homeroom/protocol";
import { AuthError } from "@homeroom/room";
import { type JWTPayload, SignJWT } from "jose";
import { expect } from "vitest";
import type { PrincipalAuthenticator } from "../../src/index.js";

export const SECRET = "a secret of more than thirty-two bytes";

export const NOW = Date.UTC(2026, 5, 1);

export const clock = { now: () => NOW };

export const room = (name: string): RoomName => name as RoomName;

export const CLAIMS = { rooms: ["docs/*"], access: "write", exp: NOW / 1_000 + 3_600 };

/** Signs any payload, also one that no honest issuer would. */
export async function sign(payload: object, secret: string = SECRET): Promise<string> {
  return await new SignJWT(payload as JWTPayload)
    .setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode(secret));
}

/** A JWT put together by hand: header and payload as given, and a signature of any text. */
export function forge(header: object, payload: object, signature: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part(header)}.${part(payload)}.${signature}`;
}

/** The code of the `AuthError` with which a token is refused. */
export async function refusalOf(
  authenticator: PrincipalAuthenticator,
  token: string | null,
): Promise<AuthError> {
  const error = await Promise.resolve(authenticator.authenticate(token)).then(
    () => new Error("the token was accepted"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AuthError);
  return error as AuthError;
}
