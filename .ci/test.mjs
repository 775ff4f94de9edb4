// npm test: installs what is missing, builds, checks, runs every test, and says in one place what
// passed, what failed and what was skipped and why.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { build, checkNode, fail, install, root, run } from "./prepare.mjs";

const results = join(root, "test-results");
const vitestReport = join(results, "vitest.json");
const playwrightReport = join(results, "playwright.json");

checkNode();
install();
installSystemPackages();
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

const npx = (...args) => run("npx", ["--no-install", ...args]);
const steps = [];
step("build", () => {
  build();
  return 0;
});
const colors = process.stdout.isTTY ? [] : ["--colors=off"];
step("format and lint", () => npx("biome", "ci", ...colors, "."));
step("import directions", () => npx("turbo", "boundaries"));
step("types", () => npx("tsc", "-b"));
const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${vitestReport}`];
step("unit, integration and fault tests", () => npx("vitest", "run", ...reporters), countVitest);
const playwright = ["playwright", "test", "-c", "e2e/playwright.config.ts"];
step("browser tests", () => npx(...playwright), countPlaywright);
summarize();

/** Runs a step, and goes on after a failure. @param count Reads what its tests said. */
function step(name, work, count) {
  console.log(`\n──── ${name}`);
  const started = Date.now();
  const ok = work() === 0;
  const counts = count?.() ?? { passed: 0, failed: 0, skipped: 0, notes: [] };
  // What broke without a failing test has to be seen in the last line too.
  if (!ok && counts.failed === 0) counts.failed = 1;
  const seconds = Math.round((Date.now() - started) / 1000);
  steps.push({ ...counts, name, seconds, hasTests: count !== undefined });
}

/** Redis and a browser, through the system's package manager where that is allowed. */
function installSystemPackages() {
  const wanted = [];
  if (!onPath("redis-server")) wanted.push("redis-server");
  if (!onPath("chromium") && !hasPlaywrightBrowser()) wanted.push("chromium");
  if (wanted.length === 0) return;
  const list = wanted.join(" and ");
  const superuser = process.getuid?.() === 0;
  const sudo = !superuser && spawnSync("sudo", ["-n", "true"], { stdio: "ignore" }).status === 0;
  if (!onPath("apt-get") || !(superuser || sudo)) {
    fail(`The tests need ${list}. Install them with your system's package manager.`);
  }
  console.log(`Installing ${list} …`);
  const apt = (...args) => {
    const [command, ...rest] = superuser
      ? ["apt-get", ...args]
      : ["sudo", "-n", "apt-get", ...args];
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    return spawnSync(command, rest, { stdio: ["ignore", "ignore", "inherit"], env }).status;
  };
  apt("update", "-qq");
  if (apt("install", "-y", "-qq", "--no-install-recommends", ...wanted) !== 0) {
    fail(`apt-get could not install ${list}; the lines above say why.`);
  }
}

function onPath(program) {
  return (process.env.PATH ?? "").split(":").some((folder) => existsSync(join(folder, program)));
}

/** For machines whose owner ran `npx playwright install chromium`. */
function hasPlaywrightBrowser() {
  const script = "import('@playwright/test').then((p) => console.log(p.chromium.executablePath()))";
  const { stdout } = spawnSync(process.execPath, ["-e", script], { cwd: root, encoding: "utf8" });
  return existsSync(stdout.trim());
}

function summarize() {
  const sum = (what) => steps.reduce((total, step) => total + step[what], 0);
  console.log("\n════ summary");
  for (const { name, seconds, hasTests, passed, failed, skipped } of steps) {
    const tests = hasTests ? `: ${passed} passed, ${failed} failed, ${skipped} skipped` : "";
    console.log(`${failed === 0 ? "ok    " : "FAILED"}  ${name}${tests} (${seconds} s)`);
  }
  for (const note of steps.flatMap(({ notes }) => notes)) console.log(note);
  console.log(`${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped`);
  process.exitCode = sum("failed") > 0 || sum("passed") === 0 ? 1 : 0;
}

function countVitest() {
  const counts = { passed: 0, failed: 0, skipped: 0, notes: [] };
  if (!existsSync(vitestReport)) return counts;
  for (const file of JSON.parse(readFileSync(vitestReport, "utf8")).testResults) {
    const path = relative(root, file.name);
    // A file that could not even be loaded has no tests to fail.
    if (
      file.status === "failed" &&
      file.assertionResults.every((test) => test.status !== "failed")
    ) {
      counts.failed++;
      counts.notes.push(`failed: ${path}: ${file.message.split("\n", 1)[0]}`);
    }
    for (const { status, fullName, meta, failureMessages } of file.assertionResults) {
      if (status === "passed") counts.passed++;
      else if (status === "failed") {
        counts.failed++;
        counts.notes.push(`failed: ${path}: ${fullName}`, ...beginnings(failureMessages));
      } else {
        counts.skipped++;
        counts.notes.push(`skipped: ${path}: ${fullName}${reasonOf(meta?.skipped)}`);
      }
    }
  }
  return counts;
}

function countPlaywright() {
  const counts = { passed: 0, failed: 0, skipped: 0, notes: [] };
  if (!existsSync(playwrightReport)) return counts;
  const { suites, errors } = JSON.parse(readFileSync(playwrightReport, "utf8"));
  const visit = (suite) => {
    for (const inner of suite.suites ?? []) visit(inner);
    for (const spec of suite.specs ?? []) {
      for (const { status, annotations, results: attempts } of spec.tests) {
        if (status === "expected") counts.passed++;
        else if (status === "skipped") {
          counts.skipped++;
          const reason = reasonOf(annotations?.[0]?.description);
          counts.notes.push(`skipped: ${spec.file}: ${spec.title}${reason}`);
        } else {
          // What passed only when it was tried again has failed as well.
          counts.failed++;
          const messages = attempts.flatMap(({ errors }) => errors.map(({ message }) => message));
          counts.notes.push(`failed: ${spec.file}: ${spec.title}`, ...beginnings(messages));
        }
      }
    }
  };
  for (const suite of suites) visit(suite);
  counts.failed += errors.length;
  return counts;
}

/** What a test failed with, short enough to stand beside its name: the log's end may be all that is kept. */
function beginnings(messages) {
  return messages.map(
    (message) => `    ${stripVTControlCharacters(message).split("\n").slice(0, 12).join("\n    ")}`,
  );
}

function reasonOf(reason) {
  return reason ? `: ${reason}` : "";
}
