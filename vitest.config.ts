import { defineConfig } from "vitest/config";

/** Workspace packages are resolved to their TypeScript sources, so unit tests need no build. */
const source = { conditions: ["source"] };

export default defineConfig({
  resolve: source,
  ssr: { resolve: source },
  test: {
    include: [
      "packages/*/test/**/*.test.ts",
      "apps/*/test/**/*.test.ts",
      "apps/*/test/**/*.test.tsx",
    ],
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
});
