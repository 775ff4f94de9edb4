import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  assertNothingInvented,
  assertNothingLost,
  difference,
  eventually,
  Lab,
  repository,
  type StockYWebsocket,
  seededRandom,
  Writer,
  waitForConvergence,
  writeOverYWebsocket,
} from "@homeroom/testkit";
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from "vitest";
import * as Y from "yjs";
import { token } from "../support/tokens.js";
import { ComposeCluster } from "./support/compose-cluster.js";
import { readCompose } from "./support/compose-file.js";
import { imageOf, readStages } from "./support/dockerfile.js";
import { isOnPath } from "./support/on-path.js";

/*
 * There may be no Docker here: each service's own command runs as a process, with its own
 * environment, and is asked by its own health check. Names and ports of containers become ports of
 * loopback, volumes directories. What the file says of containers as such is in
 * compose-file.test.ts.
 */

const hasProxy = isOnPath("caddy") && isOnPath("wget");
const through = hasProxy ? "through Caddy" : "through a TCP round robin, for Caddy is not here";

const authSecret = randomBytes(32).toString("hex");
const environment = {
  HOMEROOM_AUTH_SECRET: authSecret,
  HOMEROOM_CLUSTER_SECRET: randomBytes(32).toString("hex"),
  REDIS_PASSWORD: randomBytes(32).toString("hex"),
};

const read = (name: string): string => readFileSync(join(repository, name), "utf8");
const room = "docs/plan";
const typingMs = 20;

describe(`the services of docker-compose.yml, ${through}`, () => {
  const lab = new Lab();
  const random = seededRandom("compose");
  const writers = ["ada", "bob"].map((name) => new Writer(name, random.fork()));
  let cluster: ComposeCluster;
  let clients: readonly StockYWebsocket[] = [];
  let authorization: string;

  beforeAll(async () => {
    cluster = lab.own(
      await ComposeCluster.prepare({
        file: readCompose(read("docker-compose.yml"), environment),
        image: imageOf(readStages(read("Dockerfile"))),
        root: await lab.dir(),
        hasProxy,
      }),
    );
    const secret = new TextEncoder().encode(authSecret);
    const signed = await token({ rooms: ["*"], access: "admin" }, 3_600, secret);
    authorization = `Bearer ${signed}`;
    await cluster.up();
    clients = writers.map((writer) => {
      const wsUrl = cluster.url.replace("http:", "ws:");
      return lab.own(writeOverYWebsocket(writer, wsUrl, room, { params: { token: signed } }));
    });
    for (const writer of writers) writer.type(typingMs);
  }, 180_000);

  afterAll(() => lab.close(), 60_000);

  const ask = async (path: string): Promise<Response> => {
    const response = await fetch(`${cluster.url}${path}`, { headers: { authorization } });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
  };

  const owner = async (): Promise<string> => {
    const body = (await (await ask(`/api/v1/rooms/${encodeURIComponent(room)}`)).json()) as {
      owner: { node: string } | null;
    };
    if (!body.owner) throw new Error("the room has no home");
    return body.owner.node;
  };

  const stored = async (): Promise<Y.Doc> => {
    const path = `/api/v1/rooms/${encodeURIComponent(room)}/document?as=update`;
    const doc = new Y.Doc();
    Y.applyUpdate(doc, new Uint8Array(await (await ask(path)).arrayBuffer()));
    return doc;
  };

  /** Both go on writing, and are told that it is safe. */
  const untilWritten = async (): Promise<void> => {
    const before = writers.map(({ acknowledged }) => acknowledged.size);
    await eventually(
      () =>
        writers.every(({ acknowledged }, index) => acknowledged.size > (before[index] ?? 0) + 20),
      { within: 30_000, message: "everybody writes and is acknowledged" },
    );
  };

  /** Nobody writes any more, and all that was written is acknowledged. */
  const settle = async (): Promise<void> => {
    for (const writer of writers) writer.rest();
    await eventually(() => writers.every(({ waiting }) => waiting === 0), {
      within: 30_000,
      message: "everything is acknowledged",
    });
  };

  /** What was acknowledged is in what the server alone knows. Then both go on writing. */
  const expectNothingLost = async (): Promise<void> => {
    await settle();
    const doc = await stored();
    assertNothingLost(doc, writers);
    assertNothingInvented(doc, writers);
    for (const writer of writers) writer.type(typingMs);
  };

  const closes = (): number => clients.reduce((sum, each) => sum + each.closes.length, 0);

  test("two people write through the one port", async () => {
    onTestFailed(() => void process.stderr.write(cluster.outputs()));
    await untilWritten();
    await expectNothingLost();
    expect(closes()).toBe(0);
  });

  test("nobody is let in without a token", async () => {
    expect((await fetch(`${cluster.url}/api/v1/rooms`)).status).toBe(401);
  });

  test("metrics are on ports of their own, and the operator's guide names none that is not", async () => {
    const parts = ["coordinator-1", "coordinator-2", "coordinator-3", "router-1", "router-2"];
    const metrics = await Promise.all(
      parts.map(async (name) => (await fetch(`${cluster.urlOf(name, 9464)}/metrics`)).text()),
    );
    const there = new Set(metrics.flatMap((text) => text.match(/^# HELP \w+/gm) ?? []));
    const named = new Set(read("docs/operating.md").match(/\bhomeroom_\w+/g));
    expect(named.size).toBeGreaterThan(20);
    expect([...named].filter((name) => !there.has(`# HELP ${name}`))).toEqual([]);
    expect((await fetch(`${cluster.url}/metrics`)).status).toBe(404);
  });

  test("a coordinator that is told to stop gives its rooms away first", async () => {
    onTestFailed(() => void process.stderr.write(cluster.outputs()));
    const home = await owner();
    expect(await cluster.stop(home)).toEqual({ code: 0, signal: null });
    expect(await owner()).not.toBe(home);
    await untilWritten();
    await expectNothingLost();
    expect(closes()).toBe(0);
    await cluster.start(home);
    await cluster.untilHealthy(home);
  });

  test("a coordinator that is killed costs nothing that was acknowledged", async () => {
    onTestFailed(() => void process.stderr.write(cluster.outputs()));
    const home = await owner();
    await cluster.kill(home);
    await untilWritten();
    expect(await owner()).not.toBe(home);
    await expectNothingLost();
    expect(closes()).toBe(0);
    await cluster.start(home);
    await cluster.untilHealthy(home);
  });

  test("clients of a router that stops come back through the other one", async () => {
    onTestFailed(() => void process.stderr.write(cluster.outputs()));
    expect(await cluster.stop("router-1")).toEqual({ code: 0, signal: null });
    await untilWritten();
    await expectNothingLost();
    await cluster.start("router-1");
    await cluster.untilHealthy("router-1");
  });

  test("everything stops in order, and holds what was written when it starts again", async () => {
    onTestFailed(() => void process.stderr.write(cluster.outputs()));
    await settle();
    await waitForConvergence(writers.map(({ doc }) => doc));
    // From now on nobody is there who could give back what was lost.
    for (const { provider } of clients) provider.disconnect();
    for (const [name, exit] of await cluster.down()) {
      expect(exit, name).toEqual({ code: 0, signal: null });
    }
    await cluster.up();
    const [doc] = writers.map((writer) => writer.doc);
    expect(doc && difference(doc, await stored())).toBeNull();
  }, 240_000);
});
