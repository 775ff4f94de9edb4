const WRITING: ReadonlySet<unknown> = new Set(["write", "admin"]);

/**
 * Whether a link lets its reader write, by what its token claims. The server decides by itself;
 * this is for the page, which must not offer what will be refused. Without a token, or with one
 * that makes no sense here, the server's answer is waited for.
 */
export function mayWrite(token: string | null): boolean {
  const access = claimsOf(token)?.access;
  return access === undefined || WRITING.has(access);
}

function claimsOf(token: string | null): { readonly access?: unknown } | null {
  const payload = token?.split(".")[1];
  if (payload === undefined) return null;
  try {
    const claims: unknown = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
    return typeof claims === "object" ? claims : null;
  } catch {
    return null;
  }
}
