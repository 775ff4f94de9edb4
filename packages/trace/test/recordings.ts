import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { TestContext } from "vitest";

const folder =
  process.env.HOMEROOM_TRACES ?? resolve(import.meta.dirname, "../../../../shared/traces");

/** The path of a recording that is no part of the repository; skips the test where it is absent. */
export function recording(name: string, context: TestContext): string {
  const path = join(folder, name);
  const absent = `no recorded session at ${path}: set HOMEROOM_TRACES to the folder that holds ${name}`;
  context.skip(!existsSync(path), absent);
  return path;
}
