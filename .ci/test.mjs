// npm test: installs what is missing, builds, checks, runs every test, and says in one place what
// passed, what failed and what was skipped and why.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
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
step("unit, integration and fault tests", () => npx("vitest", "run", ...reporters));
step("browser tests", () => npx("playwright", "test", "-c", "e2e/playwright.config.ts"));
summarize();

function step(name, work) {
  console.log(`\n──── ${name}`);
  const started = Date.now();
  const code = work();
  steps.push({ name, ok: code === 0, seconds: Math.round((Date.now() - started) / 1000) });
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
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const notes = [];
  countVitest(counts, notes);
  countPlaywright(counts, notes);
  console.log("\n════ summary");
  for (const { name, ok, seconds } of steps) {
    console.log(`${ok ? "ok    " : "FAILED"}  ${name} (${seconds} s)`);
  }
  for (const note of notes) console.log(note);
  const broken = steps.filter(({ ok }) => !ok).length;
  // A step that broke without a failing test still has to be seen in the last line.
  const failed = Math.max(counts.failed, broken);
  console.log(`${counts.passed} passed, ${failed} failed, ${counts.skipped} skipped`);
  process.exitCode = failed > 0 || counts.passed === 0 ? 1 : 0;
}

function countVitest(counts, notes) {
  if (!existsSync(vitestReport)) return;
  for (const file of JSON.parse(readFileSync(vitestReport, "utf8")).testResults) {
    // A file that could not even be loaded has no tests to fail.
    if (
      file.status === "failed" &&
      file.assertionResults.every(({ status }) => status !== "failed")
    ) {
      counts.failed++;
      notes.push(`failed: ${relative(root, file.name)}: ${file.message.split("\n", 1)[0]}`);
    }
    for (const test of file.assertionResults) {
      if (test.status === "passed") counts.passed++;
      else if (test.status === "failed") counts.failed++;
      else {
        counts.skipped++;
        notes.push(`skipped: ${test.fullName}${reasonOf(test.meta?.skipped)}`);
      }
    }
  }
}

function countPlaywright(counts, notes) {
  if (!existsSync(playwrightReport)) return;
  const visit = (suite) => {
    for (const inner of suite.suites ?? []) visit(inner);
    for (const spec of suite.specs ?? []) {
      for (const test of spec.tests) {
        if (test.status === "expected") counts.passed++;
        else if (test.status === "skipped") {
          counts.skipped++;
          notes.push(`skipped: ${spec.title}${reasonOf(test.annotations?.[0]?.description)}`);
        } else counts.failed++;
      }
    }
  };
  const { suites, errors } = JSON.parse(readFileSync(playwrightReport, "utf8"));
  for (const suite of suites) visit(suite);
  counts.failed += errors.length;
}

function reasonOf(reason) {
  return reason ? `: ${reason}` : "";
}
