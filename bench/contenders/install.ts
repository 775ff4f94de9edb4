import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const bench = fileURLToPath(new URL("..", import.meta.url));

/**
 * Installs the peers, unless those of the lock file are there. None of them needs to run anything
 * in order to be installed.
 */
export function installPeers(): void {
  if (installed()) return;
  process.stderr.write("Installing the peers …\n");
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const { status, error } = spawnSync("npm", ["ci", ...flags], { cwd: bench, stdio: "inherit" });
  if (status !== 0) throw new Error("npm ci failed in bench/", { cause: error });
}

function installed(): boolean {
  const there = packagesOf(`${bench}/node_modules/.package-lock.json`);
  return Object.entries(packagesOf(`${bench}/package-lock.json`)).every(
    ([path, { version, optional }]) =>
      path === "" || there[path]?.version === version || optional === true,
  );
}

type Packages = Record<string, { readonly version?: string; readonly optional?: boolean }>;

function packagesOf(path: string): Packages {
  if (!existsSync(path)) return {};
  return (JSON.parse(readFileSync(path, "utf8")) as { packages: Packages }).packages;
}
