/**
 * When a token says that it runs out, in milliseconds since 1970. It is read to be in time, not
 * trusted: the server decides.
 * @returns null where the token is no JWT, or has no `exp`
 */
export function expiryOf(token: string): number | null {
  try {
    const payload = token.split(".")[1] ?? "";
    const claims = JSON.parse(atob(payload.replace(/-/g, "+").replace(/_/g, "/")));
    return Number.isFinite(claims.exp) ? claims.exp * 1000 : null;
  } catch {
    return null;
  }
}
