import { existsSync } from "node:fs";
import { defineConfig, devices } from "@playwright/test";

const systemChromium = "/usr/bin/chromium";

/** Minutes of waiting and hardly any work: those tests run beside the others. */
const beside = "**/*.beside.spec.ts";

/** Each test starts the servers that it needs, so that it may also kill them, or uses a cluster. */
export default defineConfig({
  testDir: "browser",
  projects: [
    { name: "browser", testMatch: "**/*.spec.ts", testIgnore: beside, workers: 1 },
    { name: "beside", testMatch: beside, workers: 1 },
  ],
  outputDir: "../test-results/browser",
  forbidOnly: true,
  retries: 0,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"], ["json", { outputFile: "../test-results/playwright.json" }]],
  use: {
    ...devices["Desktop Chrome"],
    launchOptions: {
      // Playwright's own browser where the system has none.
      ...(existsSync(systemChromium) && { executablePath: systemChromium }),
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
      ],
    },
    // Not traces: recording them halves the speed of typing.
    screenshot: "only-on-failure",
  },
});
