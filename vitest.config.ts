import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** Workspace packages are resolved to their TypeScript sources, so unit tests need no build. */
const source = { conditions: ["source"] };

/** Tests of whole processes; those that measure time run alone. */
const processes = "e2e/{deploy,faults,interop}/**/*.test.ts";
const alone = "e2e/{deploy,faults,interop}/**/*.alone.test.ts";

export default defineConfig({
  resolve: source,
  ssr: { resolve: source },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: [
            "packages/*/test/**/*.test.ts",
            "apps/*/test/**/*.test.ts",
            "apps/*/test/**/*.test.tsx",
          ],
          testTimeout: 20_000,
          hookTimeout: 20_000,
          // Vitest leaves a core to itself, which on two of them is half of the time.
          maxWorkers: Math.max(2, availableParallelism() - 1),
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          include: [processes],
          exclude: [alone],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          // Processes that wait for each other leave a core idle.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: "e2e-alone",
          include: [alone],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
