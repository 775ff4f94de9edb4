import { createHmac } from "node:crypto";

/** A token with these claims, signed with HS256; a secret of no importance unless given. */
export function jwt(claims: object, secret = "nobody checks"): string {
  const part = (json: object): string => Buffer.from(JSON.stringify(json)).toString("base64url");
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}
