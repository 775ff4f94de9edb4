/** The token of an `Authorization: Bearer` header, null where there is none. */
export function bearerToken(authorization: string | undefined): string | null {
  return authorization?.match(/^bearer +(\S+) *$/i)?.[1] ?? null;
}
