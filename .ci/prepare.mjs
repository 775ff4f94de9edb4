// Installs and builds what is stale. No dependencies: it runs before there are any.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const OLDEST_NODE = [20, 19];

/** Ends the program with a line that says what to do. */
export function fail(message, code = 1) {
  console.error(message);
  process.exit(code);
}

/** Runs a program to its end with our own output. @returns its exit code */
export function run(command, args, options = {}) {
  const env = environment();
  const result = spawnSync(command, args, { cwd: root, stdio: "inherit", env, ...options });
  if (result.error) console.error(`${command}: ${result.error.message}`);
  return result.status ?? 1;
}

/** Tools neither phone home nor ask. */
function environment() {
  return { ...process.env, TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" };
}

export function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  fail(`Homeroom needs Node ${OLDEST_NODE.join(".")} or later; this is ${process.versions.node}.`);
}

/** Installs the packages of the lock file, unless they are there. */
export function install() {
  if (isInstalled()) return;
  console.log("Installing packages …");
  const flags = ["--include=dev", "--no-audit", "--no-fund", "--loglevel=error"];
  const code = run("npm", ["ci", ...flags]);
  if (code !== 0) fail("npm ci failed; the lines above say why.", code);
}

/** npm notes what it has put into node_modules in the words of the lock file. */
function isInstalled() {
  const noted = packagesOf(join(root, "node_modules", ".package-lock.json"));
  const locked = packagesOf(join(root, "package-lock.json"));
  return Object.entries(locked).every(([path, wanted]) => {
    const there = noted[path];
    // The lock file also names what only other platforms need.
    if (there === undefined) return path === "" || wanted.optional === true;
    return there.version === wanted.version && there.integrity === wanted.integrity;
  });
}

function packagesOf(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).packages : {};
}

/** Builds what has changed, which Turbo knows; silent unless it fails. */
export function build() {
  const result = spawnSync(
    process.execPath,
    [bin("turbo"), "run", "build", "--output-logs=errors-only"],
    {
      cwd: root,
      env: environment(),
      maxBuffer: 2 ** 26,
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  if (result.status === 0) return;
  process.stderr.write(result.stdout ?? "");
  process.stderr.write(result.stderr ?? "");
  fail("The build failed; the lines above say why.", result.status ?? 1);
}

/** The script of an installed program; `npx` would take longer to find it. */
export function bin(name) {
  const folder = join(root, "node_modules", ...name.split("/"));
  const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return join(folder, typeof bin === "string" ? bin : Object.values(bin)[0]);
}
