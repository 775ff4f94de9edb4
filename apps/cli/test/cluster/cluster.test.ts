import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { Child, deadline, eventually, RawClient, repository } from "@homeroom/testkit";
import { describe, expect, it, onTestFinished } from "vitest";
import * as Y from "yjs";
import { temporary } from "../support/homeroom.js";
import { tell } from "../support/terminal.js";

const main = join(repository, "apps/cli/src/main.ts");

/** A whole cluster of real processes, from the sources. */
async function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Child> {
  const child = await Child.start({
    command: process.execPath,
    args: ["--conditions=source", "--import", "tsx", main, "cluster", ...args],
    cwd: repository,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
  });
  onTestFinished(() => child.close());
  return child;
}

interface Line {
  readonly msg: string;
  readonly node?: string;
  readonly member?: string;
  readonly pid?: number;
  readonly url?: string;
  readonly code?: number;
  readonly signal?: string;
}

class RunningCluster {
  constructor(
    readonly child: Child,
    /** Of the first router. */
    readonly url: string,
  ) {}

  log(msg: string, member?: string): Line[] {
    const lines = this.child.output().split("\n");
    return lines
      .filter((line) => line.startsWith("{") && line.endsWith("}"))
      .map((line) => JSON.parse(line) as Line)
      .filter((line) => line.msg === msg && (member === undefined || line.member === member));
  }

  /** Of the process that runs now. */
  pid(member: string): number {
    return this.log("ready", member).at(-1)?.pid ?? 0;
  }

  pids(): number[] {
    return this.log("ready").flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  }

  redisPid(): number {
    return Number(
      readFileSync(`/proc/${this.pid("redis")}/task/${this.pid("redis")}/children`, "utf8").split(
        " ",
      )[0],
    );
  }

  async isBack(member: string, times: number): Promise<void> {
    await eventually(() => this.log("ready", member).length > times, {
      within: 20_000,
      message: () => `${member} is back; output:\n${this.child.output().slice(-8_192)}`,
    });
  }
}

async function started(dataDir: string, args: readonly string[] = []): Promise<RunningCluster> {
  const common = ["--data-dir", dataDir, "--port", "0", "--coordinators", "2"];
  const child = await run([...common, ...args]);
  const [, url = ""] = await child.waitForOutput(/^Cluster is ready at (\S+)$/m, 40_000);
  return new RunningCluster(child, url);
}

/** Whoever has ended and waits for a parent that does not care has ended too. */
const isGone = (pid: number): boolean => {
  try {
    return / [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8").replace(/.*\)/, ""));
  } catch {
    return true;
  }
};

const document = (url: string) => `${url}/api/v1/rooms/docs%2Fa/document`;

async function write(url: string, text: string): Promise<void> {
  const doc = new Y.Doc();
  doc.getText("text").insert(0, text);
  const body = Buffer.from(Y.encodeStateAsUpdate(doc));
  const headers = { "content-type": "application/octet-stream" };
  const answer = await fetch(document(url), { method: "PATCH", headers, body });
  expect(answer.status, await answer.text()).toBe(204);
}

async function read(url: string): Promise<string> {
  const answer = await fetch(`${document(url)}?as=text&root=text`);
  return answer.ok ? await answer.text() : `${answer.status}`;
}

const ended = (child: Child) => deadline(child.exited, 30_000, "the cluster ends");

describe("a cluster on one machine", { timeout: 120_000 }, () => {
  it("CL21, CL22, CL24, CL25: begins at once, outlives its members, keeps what it was told", async () => {
    const dataDir = await temporary();
    const cluster = await started(dataDir, ["--routers", "2", "--lease-ttl-ms", "15s"]);
    const { url, child } = cluster;
    expect(cluster.log("ready", "router-1")).toMatchObject([{ url }]);
    expect(cluster.log("ready", "router-2")).toHaveLength(1);
    const begun = performance.now();
    await write(url, "kept");
    // The first claim would wait for the TTL of a lease otherwise.
    expect(performance.now() - begun).toBeLessThan(12_000);
    const nodes = await (await fetch(`${url}/api/v1/nodes`)).json();
    expect(nodes).toMatchObject({ nodes: [{ status: "active" }, { status: "active" }] });

    for (const member of ["coordinator-1", "coordinator-2", "router-1"]) {
      const pid = cluster.pid(member);
      process.kill(pid, "SIGKILL");
      await cluster.isBack(member, 1);
      expect(cluster.log("died: it is started again", member)).toMatchObject([
        { pid, signal: "SIGKILL" },
      ]);
    }
    process.kill(cluster.redisPid(), "SIGKILL");
    await cluster.isBack("redis", 1);
    expect(cluster.log("ready", "router-1").map((line) => line.url)).toEqual([url, url]);
    await eventually(async () => (await read(url)) === "kept", { within: 30_000 });

    const pids = [...cluster.pids(), cluster.redisPid()];
    child.kill("SIGINT");
    expect(await ended(child)).toEqual({ code: 0, signal: null });
    expect(pids.filter((pid) => !isGone(pid))).toEqual([]);
    const stopped = cluster.log("stopped").flatMap(({ member }) => (member ? [member] : []));
    expect(stopped.slice(0, 2).sort()).toEqual(["router-1", "router-2"]);
    expect(stopped.slice(2, 4).sort()).toEqual(["coordinator-1", "coordinator-2"]);
    expect(stopped.slice(4)).toEqual(["redis"]);

    const again = await started(dataDir);
    await eventually(async () => (await read(again.url)) === "kept", { within: 30_000 });
  });

  it("CL16, CL17, CL18: lists nodes, moves a room, drains a node and resumes it", async () => {
    const { url } = await started(await temporary());
    await write(url, "moved");
    // A room that nobody is in has no home.
    const client = await RawClient.join(url.replace("http", "ws"), "docs/a");
    onTestFinished(() => client.close());
    const where = async () => {
      const answer = await fetch(`${url}/api/v1/rooms/docs%2Fa`);
      const { owner } = (await answer.json()) as { owner: { node: string } | null };
      return owner?.node ?? "nowhere";
    };
    const from = await where();
    const to = from === "coordinator-1" ? "coordinator-2" : "coordinator-1";
    const told = async (...args: string[]) => {
      const { code, out, err } = await tell([...args, "--url", url]);
      expect({ code, err: code === 0 ? [] : err }).toEqual({ code: 0, err: [] });
      return out.join("\n");
    };
    expect(await told("move", "docs/a", "--to", to)).toMatch(
      new RegExp(`^docs/a moved from ${from} to ${to}; its edits waited [\\d.]+ ms$`),
    );
    expect(await where()).toBe(to);
    expect(await told("drain", to, "--wait", "--timeout", "60s")).toBe(`${to} has no rooms`);
    await eventually(async () => (await where()) === from);
    expect(await told("nodes")).toMatch(new RegExp(`${to} │ draining`));
    expect(await told("resume", to)).toBe(`${to} takes rooms again`);
    await eventually(async () => new RegExp(`${to} │ active`).test(await told("nodes")));
    expect(await read(url)).toBe("moved");
    expect(client.closeInfo).toBeNull();
  });

  it("CL26: leaves nobody behind when it is killed, and Redis ends last", async () => {
    const dataDir = await temporary();
    const cluster = await started(dataDir);
    await write(cluster.url, "kept");
    const redis = cluster.redisPid();
    const coordinators = [cluster.pid("coordinator-1"), cluster.pid("coordinator-2")];
    const pids = [...cluster.pids(), redis];
    expect(pids).toHaveLength(5);
    cluster.child.kill("SIGKILL");
    await eventually(() => isGone(redis), { within: 20_000, message: "redis-server ends" });
    expect(coordinators.filter((pid) => !isGone(pid))).toEqual([]);
    await eventually(() => pids.every(isGone), { within: 20_000, message: "everyone ends" });

    const again = await started(dataDir);
    await eventually(async () => (await read(again.url)) === "kept", { within: 30_000 });
  });

  it("CL6, CL26: ends at once on a second signal, and leaves nobody behind", async () => {
    const cluster = await started(await temporary());
    const pids = [...cluster.pids(), cluster.redisPid()];
    // A member that does not answer, so that stopping takes its time.
    process.kill(cluster.pid("router-1"), "SIGSTOP");
    cluster.child.kill("SIGINT");
    await cluster.child.waitForOutput(/"signal":"SIGINT","msg":"stopping"/);
    cluster.child.kill("SIGINT");
    expect(await ended(cluster.child)).toEqual({ code: 130, signal: null });
    process.kill(cluster.pid("router-1"), "SIGCONT");
    await eventually(() => pids.every(isGone), { within: 20_000, message: "everyone ends" });
  });

  it("CL23: ends where a member says that its settings are wrong, leaving nobody", async () => {
    const args = ["--data-dir", await temporary(), "--port", "65535", "--routers", "2"];
    const child = await run([...args, "--coordinators", "1"]);
    expect(await ended(child)).toEqual({ code: 2, signal: null });
    expect(child.output()).toMatch(/"node":"router-2".*HOMEROOM_PORT.*65536/);
    const cluster = new RunningCluster(child, "");
    expect(cluster.log("ready", "redis")).toHaveLength(1);
    expect(cluster.pids().filter((pid) => !isGone(pid))).toEqual([]);
  });

  it("CL4: ends where the port is in use, saying so", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    onTestFinished(() => void other.close());
    const { port } = other.address() as { port: number };
    const args = ["--data-dir", await temporary(), "--port", String(port)];
    const child = await run([...args, "--coordinators", "1"]);
    expect(await ended(child)).toEqual({ code: 1, signal: null });
    expect(child.output()).toContain(`127.0.0.1:${port} is in use`);
  });

  it("CL25: says what to install where there is no redis-server", async () => {
    const child = await run(["--data-dir", await temporary()], { PATH: "/nowhere" });
    expect(await ended(child)).toEqual({ code: 1, signal: null });
    expect(child.output()).toContain("install Redis 7 or later");
  });
});
