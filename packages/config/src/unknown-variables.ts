import { type Environment, keysOf } from "./parse-table.js";
import { variableOf } from "./setting.js";
import { settingsTable } from "./settings.js";

/** Variables that begin with `HOMEROOM_` and mean nothing: most likely misspelt. */
export function unknownVariables(env: Environment, alsoKnown: readonly string[]): string[] {
  const known = new Set<string | null>(alsoKnown);
  for (const key of keysOf(settingsTable)) known.add(variableOf(settingsTable[key]));
  return Object.keys(env).filter((name) => name.startsWith("HOMEROOM_") && !known.has(name));
}
