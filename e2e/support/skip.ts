import type { TestContext } from "vitest";

declare module "vitest" {
  interface TaskMeta {
    /** Why a test was skipped: the closing summary of `npm test` says it. */
    skipped?: string;
  }
}

/** Skips the test that asks, out loud, where this machine lacks what it needs. */
export function skipWithout(
  thing: unknown,
  { task, skip }: Pick<TestContext, "task" | "skip">,
  reason: string,
): void {
  if (thing) return;
  process.stderr.write(`NOT RUN: ${task.name}: ${reason}\n`);
  task.meta.skipped = reason;
  skip(reason);
}
