import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { mintToken } from "@homeroom/router";
import { Child, deadline, freePort, repository } from "@homeroom/testkit";
import { describe, expect, it, onTestFinished } from "vitest";
import { temporary } from "../support/homeroom.js";

interface Started {
  readonly child: Child;
  readonly url: string;
  readonly dataDir: string;
}

const main = join(repository, "apps/cli/src/main.ts");

/** A real process, from the sources. */
async function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Child> {
  const child = await Child.start({
    command: process.execPath,
    args: ["--conditions=source", "--import", "tsx", main, "start", ...args],
    cwd: repository,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
  });
  onTestFinished(() => child.close());
  return child;
}

async function started(args: readonly string[] = [], env?: NodeJS.ProcessEnv): Promise<Started> {
  const dataDir = await temporary();
  const child = await run(["--port", "0", "--data-dir", dataDir, ...args], env);
  const [, url = ""] = await child.waitForOutput(/^Homeroom is ready at (\S+)$/m, 20_000);
  return { child, url, dataDir };
}

const ended = (child: Child) => deadline(child.exited, 20_000, "the process ends");

/** Lines that are not of the log. */
const spoken = (child: Child) =>
  child
    .output()
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("{"));

describe("start", () => {
  it("CL3, CL5: says where it is ready, answers, and ends well", async () => {
    const { child, url } = await started();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const ready = await fetch(`${url}/readyz`);
    expect(await ready.json()).toMatchObject({ status: "ready", checks: [{ name: "journal" }] });
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toMatch(/^homeroom_connections 0$/m);
    child.kill("SIGTERM");
    expect(await ended(child)).toEqual({ code: 0, signal: null });
    expect(spoken(child)).toEqual([`Homeroom is ready at ${url}`]);
    expect(child.output()).toMatch(/"signal":"SIGTERM","msg":"stopping"/);
    expect(child.output()).toMatch(/"msg":"stopped"/);
  });

  it("signs links that let others in, where it has a secret", async () => {
    const authSecret = "a secret of more than thirty-two bytes";
    const grant = { rooms: ["docs/*"], access: "admin" } as const;
    const admin = await mintToken(authSecret, grant, 60_000, { now: () => Date.now() });
    const { url } = await started([], { HOMEROOM_AUTH_SECRET: authSecret });
    const answer = await fetch(`${url}/api/v1/rooms/docs%2Fa/links`, {
      method: "POST",
      headers: { authorization: `Bearer ${admin}`, "content-type": "application/json" },
      body: JSON.stringify({ access: "read" }),
    });
    expect(answer.status).toBe(201);
    const { token } = (await answer.json()) as { token: string };
    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(`${url}/api/v1/rooms/docs%2Fa`, { headers })).status).toBe(200);
    expect((await fetch(`${url}/api/v1/rooms/docs%2Fb`, { headers })).status).toBe(403);
  });

  it("serves metrics on a port of their own, and warns of misspelt variables", async () => {
    const metricsPort = await freePort();
    const { child, url } = await started(["--metrics-port", String(metricsPort)], {
      HOMEROOM_AUTH_SECERT: "x",
    });
    expect((await fetch(`${url}/metrics`)).status).toBe(404);
    const metrics = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
    expect(await metrics.text()).toContain("homeroom_rooms");
    expect(child.output()).toMatch(/"variable":"HOMEROOM_AUTH_SECERT".*misspelt/);
  });

  it("CL6: under npm, one Ctrl-C that arrives twice is one", async () => {
    const { child } = await started([], { npm_lifecycle_event: "start" });
    child.kill("SIGINT");
    child.kill("SIGINT");
    await child.waitForOutput(/"msg":"stopped"/, 20_000);
    child.kill("SIGINT");
    expect(await ended(child)).toEqual({ code: 0, signal: null });
  });

  it("CL7: logs an error that nobody expected, and ends", async () => {
    const preload = 'process.on("SIGUSR2", () => { throw new Error("out of the blue"); });';
    const { child } = await started([], {
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(preload)}`,
    });
    child.kill("SIGUSR2");
    expect(await ended(child)).toEqual({ code: 1, signal: null });
    expect(child.output()).toMatch(/"level":"fatal".*out of the blue/);
  });
});

describe("CL4: what a start needs and cannot have", () => {
  it("a port in use", async () => {
    const port = await freePort();
    const other = createServer().listen(port, "127.0.0.1");
    await once(other, "listening");
    onTestFinished(() => void other.close());
    const child = await run(["--port", String(port), "--data-dir", await temporary()]);
    expect(await ended(child)).toEqual({ code: 1, signal: null });
    expect(spoken(child)).toEqual([
      expect.stringMatching(new RegExp(`^127.0.0.1:${port} is in use .+ choose another .*--port`)),
    ]);
  });

  it("a data directory in use", async () => {
    const { dataDir } = await started();
    const child = await run(["--port", "0", "--data-dir", dataDir]);
    expect(await ended(child)).toEqual({ code: 1, signal: null });
    expect(spoken(child)).toEqual([expect.stringContaining(`${dataDir} is in use`)]);
  });
});

it("CL1: wrong values end it before it begins, with exit code 2", async () => {
  const child = await run(["--port", "x", "--log-level", "loud"], { HOMEROOM_DURABILITY: "" });
  expect(await ended(child)).toEqual({ code: 2, signal: null });
  expect(spoken(child)).toHaveLength(3);
});
