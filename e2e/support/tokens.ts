import { SignJWT } from "jose";

export const authSecret = "a secret of tests, thirty-two bytes at least";

export interface Claims {
  readonly rooms: readonly string[];
  readonly access: "read" | "comment" | "write" | "admin";
}

const key = new TextEncoder().encode(authSecret);

/** A token that expires after `seconds`, which may be negative. */
export async function token(claims: Claims, seconds = 600, secret = key): Promise<string> {
  return await new SignJWT({ ...claims, name: "Ada" })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setSubject("ada")
    .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
    .sign(secret);
}

/** A token that claims to need no signature. */
export function unsignedToken(claims: Claims): string {
  const part = (json: object) => Buffer.from(JSON.stringify(json)).toString("base64url");
  const exp = Math.floor(Date.now() / 1000) + 600;
  return `${part({ alg: "none", typ: "JWT" })}.${part({ ...claims, sub: "eve", exp })}.`;
}
