import { existsSync, readdirSync, readFileSync } from "node:fs";
import { copyFile, mkdir, symlink } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { parseSettings } from "@homeroom/config";
import { Child, eventually, freePort, repository } from "@homeroom/testkit";
import { expect } from "vitest";
import { test } from "../support/test.js";
import { imageOf, readStages } from "./support/dockerfile.js";

const read = (name: string): string => readFileSync(join(repository, name), "utf8");
const json = (path: string) => JSON.parse(read(path)) as Record<string, Record<string, string>>;

const stages = readStages(read("Dockerfile"));
const image = imageOf(stages);

/** What puts together what the image holds. */
const assemble =
  stages.find(({ name }) => name === "build")?.instructions.findLast(({ name }) => name === "RUN")
    ?.value ?? "";

/** The workspaces by their names, and where they are. */
const workspaces = new Map(
  ["apps", "packages"]
    .flatMap((kind) => readdirSync(join(repository, kind)).map((name) => `${kind}/${name}`))
    .map((folder): [string, string] => [String(json(`${folder}/package.json`).name), folder]),
);

/** The folders of what a workspace needs to run. */
function needed(name: string, found = new Set<string>()): ReadonlySet<string> {
  const folder = workspaces.get(name);
  if (!folder || found.has(folder)) return found;
  found.add(folder);
  for (const dependency of Object.keys(json(`${folder}/package.json`).dependencies ?? {})) {
    needed(dependency, found);
  }
  return found;
}

/** As Docker runs a command that is one text. */
const inShell = (command: string) => ({ command: "/bin/sh", args: ["-c", command] });

/** Where a path in the image comes from in this repository. */
const inRepository = (path: string | undefined): string => {
  expect(path).toMatch(/^\/homeroom\//);
  return join(repository, path?.slice("/homeroom/".length) ?? "");
};

test("the image runs `homeroom`, not as root", () => {
  const [program, script] = image.entrypoint;
  expect(program).toBe("node");
  const { bin } = json("apps/cli/package.json");
  expect(inRepository(script)).toBe(join(repository, "apps/cli", bin?.homeroom ?? ""));
  expect(existsSync(inRepository(script))).toBe(true);
  expect(image.user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
});

test("its defaults are right for `start`, but for who may connect", () => {
  const env = Object.fromEntries(image.environment);
  const open = parseSettings("start", {}, env);
  expect(open.ok ? [] : open.problems.map(({ flag }) => flag)).toEqual(["--host"]);
  const closed = parseSettings("start", {}, { ...env, HOMEROOM_AUTH_SECRET: "a".repeat(32) });
  expect(closed.ok && closed.settings.dataDir).toBe("/data");
});

test("the packages that the command does not need are all that is left out", () => {
  const removed = /rm -r (.*)$/.exec(assemble)?.[1]?.split(" ") ?? [];
  const left = removed.map((folder) => folder.slice("/built/".length));
  const unneeded = [...workspaces.values()].filter((folder) => !needed("homeroom").has(folder));
  // Its pages are served; what it imports is in them.
  expect(new Set(left)).toEqual(new Set(unneeded.filter((folder) => folder !== "apps/editor")));
});

test("only packages of production are installed", () => {
  const production = stages.find(({ name }) => name === "production");
  const runs = production?.instructions.filter(({ name }) => name === "RUN");
  expect(runs?.at(-1)?.value).toMatch(/npm ci --omit=dev --workspace=homeroom$/);
  expect(image.copies.map((copy) => copy.split(" ")[0])).toEqual([
    "--from=production",
    "--from=build",
  ]);
});

/** Puts together what the image holds, from the build in this repository. */
async function assembleIn(root: string): Promise<void> {
  const script = assemble.replaceAll("/built", root).replace(/^mkdir \S+/, "true");
  const copied = await Child.start({
    command: "sh",
    args: ["-ec", script],
    cwd: repository,
    env: process.env,
  });
  expect(await copied.exited, copied.output()).toEqual({ code: 0, signal: null });
  for (const folder of needed("homeroom")) {
    await copyFile(join(repository, folder, "package.json"), join(root, folder, "package.json"));
    // Versions that differ from the others' lie beside the package.
    const own = join(repository, folder, "node_modules");
    if (existsSync(own)) await symlink(own, join(root, folder, "node_modules"));
  }
  // What npm installs is linked to; our own packages are those of the image.
  const modules = join(root, "node_modules");
  await mkdir(join(modules, "@homeroom"), { recursive: true });
  for (const name of readdirSync(join(repository, "node_modules"))) {
    if (name === "@homeroom" || name === "homeroom" || name.startsWith(".")) continue;
    await symlink(join(repository, "node_modules", name), join(modules, name));
  }
  for (const [name, folder] of workspaces) {
    if (needed("homeroom").has(folder)) await symlink(join(root, folder), join(modules, name));
  }
}

test("what it holds runs as a coordinator and as a router with the editor", async ({ lab }) => {
  const root = await lab.dir();
  await assembleIn(root);
  const redis = await lab.redis();
  const run = async (command: string) => {
    const port = await freePort();
    const env = {
      ...process.env,
      ...Object.fromEntries(image.environment),
      HOMEROOM_HOST: "127.0.0.1",
      HOMEROOM_DATA_DIR: await lab.dir(),
      HOMEROOM_REDIS_URL: redis.url,
      HOMEROOM_PORT: `${port}`,
    };
    const inImage = (path = "") => path.replace("/homeroom", root);
    const args = [...image.entrypoint.slice(1).map(inImage), command];
    const child = lab.own(await Child.start({ command: process.execPath, args, env }));
    const check = async () => {
      const child = await Child.start({ ...inShell(inImage(image.healthcheck)), env });
      return await child.exited;
    };
    await eventually(async () => child.exit !== null || (await check()).code === 0, {
      within: 30_000,
      message: () => child.output(),
    });
    expect(child.exit, child.output()).toBeNull();
    return `http://127.0.0.1:${port}`;
  };
  await run("coordinator");
  const page = await fetch(`${await run("router")}/`);
  expect([page.status, page.headers.get("content-type")]).toEqual([
    200,
    expect.stringContaining("text/html"),
  ]);
});

test("what the build reads is not ignored", () => {
  const ignored = read(".dockerignore").split("\n");
  for (const path of ["apps", "packages", "deploy", "e2e/package.json", "package-lock.json"]) {
    expect(ignored).not.toContain(path);
  }
  expect(ignored).toContain("**/.env");
});

test("its health check asks the server, and fails where there is none or it is not well", async () => {
  let status = 200;
  const server = createServer((request, response) => {
    response.writeHead(request.url === "/healthz" ? status : 404).end("because");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const check = async () => {
    const env = { ...process.env, HOMEROOM_PORT: `${port}` };
    const command = image.healthcheck.replace("/homeroom", repository);
    const child = await Child.start({ ...inShell(command), env });
    return { ...(await child.exited), output: child.output() };
  };
  expect(await check()).toMatchObject({ code: 0, output: "" });
  status = 503;
  expect(await check()).toMatchObject({ code: 1, output: expect.stringContaining("503 because") });
  await new Promise((resolve) => server.close(resolve));
  expect(await check()).toMatchObject({ code: 1, output: expect.stringContaining("ECONNREFUSED") });
});
