import { join } from "node:path";
import { Child, deadline, repository, startRedis } from "@homeroom/testkit";
import { describe, expect, it, onTestFinished } from "vitest";
import { temporary } from "../support/homeroom.js";

const main = join(repository, "apps/cli/src/main.ts");

/** A real process, from the sources. */
async function run(args: readonly string[]): Promise<Child> {
  const child = await Child.start({
    command: process.execPath,
    args: ["--conditions=source", "--import", "tsx", main, ...args],
    cwd: repository,
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
  });
  onTestFinished(() => child.close());
  return child;
}

async function redisUrl(): Promise<string> {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  return redis.url;
}

async function coordinator(redis: string, port = "0"): Promise<Child> {
  const where = ["--redis-url", redis, "--data-dir", await temporary()];
  return await run(["coordinator", ...where, "--port", port, "--node-id", "one"]);
}

const ended = (child: Child) => deadline(child.exited, 20_000, "the process ends");
const READY = 20_000;

describe("CL19: the servers of a cluster", { timeout: 60_000 }, () => {
  it("are ready in one line that names node and URL, and end well", async () => {
    const redis = await redisUrl();
    const home = await coordinator(redis);
    const [, homeUrl] = await home.waitForOutput(/^Coordinator one is ready at (\S+)$/m, READY);
    expect((await fetch(`${homeUrl}/healthz`)).status).toBe(200);
    const edge = await run(["router", "--redis-url", redis, "--port", "0", "--node-id", "edge"]);
    const [, edgeUrl] = await edge.waitForOutput(/^Router edge is ready at (\S+)$/m, READY);
    expect((await fetch(`${edgeUrl}/healthz`)).status).toBe(200);
    for (const child of [edge, home]) {
      child.kill("SIGTERM");
      expect(await ended(child)).toEqual({ code: 0, signal: null });
    }
  });

  it("end where another process has taken their name", async () => {
    const redis = await redisUrl();
    const first = await coordinator(redis);
    await first.waitForOutput(/"lease":"held"/, READY);
    const second = await coordinator(redis);
    await second.waitForOutput(/"lease":"held"/, READY);
    expect(await ended(first)).toEqual({ code: 1, signal: null });
    expect(first.output()).toMatch(/"level":"error".*"msg":"cannot go on: stopping"/);
    expect(second.exit).toBeNull();
  });

  it("CL4: say which flag mends what they cannot have", async () => {
    const redis = await redisUrl();
    const first = await coordinator(redis);
    const [, port = ""] = await first.waitForOutput(/ready at http:\S+:(\d+)$/m, READY);
    const second = await coordinator(redis, port);
    expect(await ended(second)).toEqual({ code: 1, signal: null });
    expect(second.output()).toMatch(new RegExp(`^127\\.0\\.0\\.1:${port} .*\\(.*--port`, "m"));
  });
});
