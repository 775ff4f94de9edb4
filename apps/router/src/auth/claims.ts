import { z } from "zod";

/** What a token says, beside what JWT itself defines. */
export interface TokenClaims {
  /** Exact room names, or globs in which `*` stands for any characters. */
  readonly rooms: readonly string[];
  readonly access: "read" | "comment" | "write" | "admin";
  readonly sub?: string | undefined;
  readonly name?: string | undefined;
}

/** Claims of a token that can be used: seconds since the epoch after which it cannot. */
export interface ExpiringClaims extends TokenClaims {
  readonly exp: number;
}

const tokenClaims = z.object({
  rooms: z.array(z.string().min(1).max(512)).max(1_000),
  access: z.enum(["read", "comment", "write", "admin"]),
  sub: z.string().min(1).max(256).optional(),
  name: z.string().max(256).optional(),
});

/** The largest that a `Date` holds, in seconds. */
const LAST_SECOND = 8_640_000_000_000;

const expiringClaims = tokenClaims.extend({ exp: z.number().nonnegative().max(LAST_SECOND) });

/** @returns the claims, or what is wrong with them in words for the token's author. */
export function parseClaims(payload: unknown): ExpiringClaims | { readonly problem: string } {
  return result(expiringClaims.safeParse(payload));
}

export function parseGrant(claims: unknown): TokenClaims | { readonly problem: string } {
  return result(tokenClaims.safeParse(claims));
}

function result<T>(parsed: z.ZodSafeParseResult<T>): T | { readonly problem: string } {
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  return { problem: problems.join("; ") };
}
