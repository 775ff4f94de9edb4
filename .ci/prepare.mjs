// Installs and builds what is stale. No dependencies: it runs before there are any.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const installed = join(root, "node_modules", ".homeroom-installed");
const OLDEST_NODE = [20, 19];

/** Ends the program with a line that says what to do. */
export function fail(message, code = 1) {
  console.error(message);
  process.exit(code);
}

/** Runs a program to its end with our own output. @returns its exit code */
export function run(command, args, options = {}) {
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" };
  const result = spawnSync(command, args, { cwd: root, stdio: "inherit", env, ...options });
  if (result.error) console.error(`${command}: ${result.error.message}`);
  return result.status ?? 1;
}

export function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  fail(`Homeroom needs Node ${OLDEST_NODE.join(".")} or later; this is ${process.versions.node}.`);
}

/** Installs the packages of the lock file, unless that very lock file was installed before. */
export function install() {
  const lock = readFileSync(join(root, "package-lock.json"));
  const stamp = createHash("sha256").update(lock).update(process.version).digest("hex");
  if (existsSync(installed) && readFileSync(installed, "utf8") === stamp) return;
  console.log("Installing packages …");
  const code = run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
  if (code !== 0) fail("npm ci failed; the lines above say why.", code);
  writeFileSync(installed, stamp);
}

/** Builds what has changed; Turbo knows what. */
export function build() {
  const code = run("npx", ["--no-install", "turbo", "run", "build", "--output-logs=errors-only"], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (code === 0) return;
  // Once more, to be read.
  fail("The build failed.", run("npx", ["--no-install", "turbo", "run", "build"]) || 1);
}
