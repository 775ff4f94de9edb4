import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { parseSettings } from "@homeroom/config";
import { Child, repository } from "@homeroom/testkit";
import { expect, test } from "vitest";
import { imageOf, readStages } from "./support/dockerfile.js";

const read = (name: string): string => readFileSync(join(repository, name), "utf8");
const json = (path: string) => JSON.parse(read(path)) as Record<string, Record<string, string>>;

const stages = readStages(read("Dockerfile"));
const image = imageOf(stages);

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

test("it holds all that the command needs, built, and nothing for tests", () => {
  const build = stages.find(({ name }) => name === "build");
  const runs = build?.instructions.filter(({ name }) => name === "RUN").map(({ value }) => value);
  const assembled = runs?.at(-1) ?? "";
  const removed = /rm -r (.*)$/.exec(assembled)?.[1]?.split(" ") ?? [];
  for (const folder of needed("homeroom")) {
    const kind = folder.split("/")[0];
    expect(assembled).toContain(` ${kind}/*/dist `);
    expect(removed).not.toContain(`/built/${folder}`);
  }
  for (const folder of removed) expect(existsSync(join(repository, folder.slice(7)))).toBe(true);
  const [install] = stages
    .find(({ name }) => name === "production")
    ?.instructions.filter(({ value }) => value.includes("npm ci")) ?? [undefined];
  expect(install?.value).toContain("--omit=dev --workspace=homeroom");
  expect(image.copies.map((copy) => copy.split(" ")[0])).toEqual([
    "--from=production",
    "--from=build",
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
  const [program, script] = image.healthcheck;
  expect(program).toBe("node");
  let status = 200;
  const server = createServer((request, response) => {
    response.writeHead(request.url === "/healthz" ? status : 404).end("because");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const check = async () => {
    const env = { ...process.env, HOMEROOM_PORT: `${port}` };
    const child = await Child.start({
      command: process.execPath,
      args: [inRepository(script)],
      env,
    });
    return { ...(await child.exited), output: child.output() };
  };
  expect(await check()).toMatchObject({ code: 0, output: "" });
  status = 503;
  expect(await check()).toMatchObject({ code: 1, output: expect.stringContaining("503 because") });
  await new Promise((resolve) => server.close(resolve));
  expect(await check()).toMatchObject({ code: 1, output: expect.stringContaining("ECONNREFUSED") });
});
