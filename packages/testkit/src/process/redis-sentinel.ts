import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { tempDir } from "../temp-dir.js";
import { eventually } from "../wait/eventually.js";
import { Child } from "./child.js";
import { freePort } from "./free-port.js";
import { type RedisProcess, startRedis } from "./redis.js";

const run = promisify(execFile);
const name = "homeroom";

/** A primary, a replica, and a sentinel that promotes the replica where the primary is gone. */
export interface RedisSentinel {
  /** As `--redis-url` takes it. */
  readonly url: string;
  /** The first one. */
  readonly primary: RedisProcess;
  readonly replica: RedisProcess;
  /** Waits until the sentinel could promote the replica. @throws DeadlineError */
  guarding(): Promise<void>;
  close(): Promise<void>;
}

/** Starts the three of them. Resolves once the replica follows. */
export async function startRedisSentinel(): Promise<RedisSentinel> {
  const opened: { close(): Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    for (const part of opened.splice(0).reverse()) await part.close();
  };
  try {
    const own = async <T extends { close(): Promise<void> }>(part: Promise<T>): Promise<T> => {
      opened.push(await part);
      return await part;
    };
    const primary = await own(startRedis());
    const replica = await own(startRedis({ replicaOf: primary }));
    const port = await freePort();
    const config = join((await own(tempDir())).path, "sentinel.conf");
    await writeFile(
      config,
      [
        `port ${port}`,
        "bind 127.0.0.1",
        "sentinel resolve-hostnames no",
        `sentinel monitor ${name} 127.0.0.1 ${primary.port} 1`,
        `sentinel down-after-milliseconds ${name} 500`,
        `sentinel failover-timeout ${name} 3000`,
        "",
      ].join("\n"),
    );
    const args = [config, "--sentinel"];
    await own(Child.start({ command: "redis-server", args, env: process.env }));
    await eventually(
      async () => (await replica.command("INFO", "replication")).includes("master_link_status:up"),
      { within: 10_000, message: "the replica follows" },
    );
    return {
      url: `redis+sentinel://127.0.0.1:${port}/${name}`,
      ...{ primary, replica, close },
      guarding: async () => {
        // It learns of the replica from the primary, which it asks every ten seconds.
        const asked = ["-p", `${port}`, "SENTINEL", "replicas", name];
        await eventually(
          async () => {
            const { stdout } = await run("redis-cli", asked, { timeout: 5_000 });
            return stdout.includes(`${replica.port}`);
          },
          { within: 15_000, message: "the sentinel knows the replica" },
        );
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
