import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { eventually } from "../wait/eventually.js";
import { freePort } from "./free-port.js";
import { type RedisProcess, startRedis } from "./redis.js";

const run = promisify(execFile);
const primaries = 3;

/** Three redis-servers with a third of the slots each, and no replicas. */
export class RedisCluster {
  readonly servers: readonly RedisProcess[];

  constructor(servers: readonly RedisProcess[]) {
    this.servers = servers;
  }

  /** As `--redis-url` takes it. */
  get url(): string {
    return this.servers.map(({ url }) => url).join(",");
  }

  /** Waits until every server says that every slot is served. @throws DeadlineError */
  async whole(): Promise<void> {
    const isWhole = async (server: RedisProcess): Promise<boolean> =>
      (await server.command("CLUSTER", "INFO")).includes("cluster_state:ok");
    await eventually(async () => (await Promise.all(this.servers.map(isWhole))).every(Boolean), {
      within: 20_000,
      message: "the Redis Cluster is whole",
    });
  }

  /** The server that has a slot. */
  async owning(slot: number): Promise<RedisProcess> {
    for (const server of this.servers) {
      const lines = (await server.command("CLUSTER", "NODES")).split("\n");
      const mine = lines.find((line) => line.includes("myself")) ?? "";
      for (const range of mine.split(" ").slice(8)) {
        const [first = Number.NaN, last = first] = range.split("-").map(Number);
        if (slot >= first && slot <= last) return server;
      }
    }
    throw new Error(`nobody has slot ${slot}`);
  }

  async close(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.close()));
  }
}

/** Starts a Redis Cluster of three. Resolves once it serves every slot. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const servers: RedisProcess[] = [];
  const cluster = new RedisCluster(servers);
  try {
    const addresses: string[] = [];
    for (let index = 0; index < primaries; index++) {
      const busPort = await freePort();
      const config = {
        appendonly: "yes",
        "cluster-enabled": "yes",
        "cluster-node-timeout": "1000",
        "cluster-port": `${busPort}`,
      };
      const server = await startRedis({ config });
      servers.push(server);
      addresses.push(`127.0.0.1:${server.port}@${busPort}`);
    }
    const args = ["--cluster", "create", ...addresses, "--cluster-yes"];
    await run("redis-cli", args, { timeout: 30_000 });
    await cluster.whole();
  } catch (error) {
    await cluster.close();
    throw error;
  }
  return cluster;
}
