import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

/** The root of this repository, the same from the sources as from the build. */
export const repository: string = resolve(import.meta.dirname, "../../../..");

/**
 * Where recorded editing sessions lie: `HOMEROOM_TRACES`, or `shared/traces` beside the
 * repository. Null where there are none.
 */
export function tracesDir(): string | null {
  const path = process.env.HOMEROOM_TRACES ?? join(repository, "../shared/traces");
  return existsSync(path) ? path : null;
}
