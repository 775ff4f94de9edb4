import { parseSettings } from "@homeroom/config";
import { createLogger } from "@homeroom/observability";
import { tempDir } from "@homeroom/testkit";
import { onTestFinished } from "vitest";
import { composeHomeroom } from "../../src/compose.js";
import type { Running } from "../../src/running.js";

export interface TestHomeroom extends Running {
  readonly dataDir: string;
}

/** A whole Homeroom in this process, on a port of its own; it ends with the test. */
export async function startHomeroom(
  flags: Readonly<Record<string, string>> = {},
): Promise<TestHomeroom> {
  const dataDir = flags.dataDir ?? (await temporary());
  const parsed = parseSettings("start", { port: "0", ...flags, dataDir }, {});
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const logger = createLogger({ level: "error", pretty: false, fields: {} });
  const homeroom = await composeHomeroom(parsed.settings, logger);
  onTestFinished(() => homeroom.close());
  return { ...homeroom, dataDir };
}

/** A directory that goes away with the test. */
export async function temporary(): Promise<string> {
  const directory = await tempDir();
  onTestFinished(() => directory.close());
  return directory.path;
}
