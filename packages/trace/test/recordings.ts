import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { TestContext } from "vitest";

declare module "vitest" {
  interface TaskMeta {
    /** Why a test was skipped: the closing summary of `npm test` says it. */
    skipped?: string;
  }
}

const folder =
  process.env.HOMEROOM_TRACES ?? resolve(import.meta.dirname, "../../../../shared/traces");

/** The path of a recording that is no part of the repository; skips the test where it is absent. */
export function recording(name: string, context: TestContext): string {
  const path = join(folder, name);
  const absent = `no recorded session at ${path}: set HOMEROOM_TRACES to the folder that holds ${name}`;
  if (!existsSync(path)) {
    context.task.meta.skipped = absent;
    context.skip(absent);
  }
  return path;
}
