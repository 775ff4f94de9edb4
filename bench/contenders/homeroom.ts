import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { descendants } from "../measure/processes.js";
import type { Contender, Served, StartOptions } from "./contender.js";
import { startServer } from "./server-process.js";

const command = fileURLToPath(new URL("../../apps/cli/bin/homeroom.js", import.meta.url));

/** All clients of the benchmark have one address. */
const common = ["--port", "0", "--max-connections-per-ip", "50000", "--max-connections", "50000"];

/** As users start it: journal with fsync, acknowledgements when durable. */
export const homeroom: Contender = {
  name: "homeroom",
  kind: "homeroom",
  dialect: "y-websocket",
  async start({ directory, nodeArguments }) {
    const args = ["start", ...common, "--data-dir", join(directory, "data")];
    const server = await startServer([...nodeArguments, command, ...args], directory);
    return { urls: [server.url], pids: [server.pid], redis: null, stop: server.stop };
  },
};

/** Two processes that know nothing of each other, half of the rooms in each. */
export const homeroomTwice: Contender = {
  name: "homeroom-twice",
  kind: "homeroom",
  dialect: "y-websocket",
  async start({ directory, nodeArguments }) {
    const halves = await Promise.all(
      ["a", "b"].map((half) => homeroom.start({ directory: join(directory, half), nodeArguments })),
    );
    return {
      urls: halves.flatMap(({ urls }) => urls),
      pids: halves.flatMap(({ pids }) => pids),
      redis: null,
      stop: async () => void (await Promise.all(halves.map((half) => half.stop()))),
    };
  },
};

/** Behind one router, with a Redis that keeps an append-only file. */
const cluster = (name: string, coordinators: number): Contender => ({
  name,
  kind: "homeroom",
  dialect: "y-websocket",
  start: (options) => startCluster(options, coordinators),
});

export const homeroomRouter: Contender = cluster("homeroom-router", 1);
export const homeroomCluster: Contender = cluster("homeroom-cluster", 3);

async function startCluster(options: StartOptions, coordinators: number): Promise<Served> {
  const { directory, nodeArguments } = options;
  const size = ["--coordinators", String(coordinators), "--routers", "1"];
  // Its routers take the ports from this one on.
  const [, , ...limits] = common;
  const port = String(20_000 + (process.pid % 10_000));
  const args = [
    "cluster",
    ...size,
    ...limits,
    "--port",
    port,
    "--data-dir",
    join(directory, "data"),
  ];
  const server = await startServer([...nodeArguments, command, ...args], directory);
  const all = await descendants(server.pid);
  const parts = all.filter(({ command: words }) =>
    /homeroom\S* (coordinator|router)\b/.test(words),
  );
  const redis = all.flatMap(
    ({ command: words }) => /redis-server\D+[\d.]+:(\d+)/.exec(words)?.[1] ?? [],
  );
  return {
    urls: [server.url],
    pids: parts.map(({ pid }) => pid),
    redis: redis[0] === undefined ? null : `redis://127.0.0.1:${redis[0]}`,
    stop: server.stop,
  };
}
