import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { createLogger } from "@homeroom/observability";
import { deadline, eventually, freePort, startRedis } from "@homeroom/testkit";
import { describe, expect, it, onTestFinished } from "vitest";
import { ownRedis } from "../../src/cluster/redis-member.js";
import { choosePort } from "../../src/cluster/redis-port.js";
import { Supervised } from "../../src/cluster/supervised.js";
import { temporary } from "../support/homeroom.js";

const run = promisify(execFile);
const env = { PATH: process.env.PATH };
const logger = createLogger({ level: "silent", pretty: false, fields: {} });

async function supervisedRedis(dataDir: string) {
  const member = await ownRedis(dataDir, env, () => undefined);
  const supervised = new Supervised(member, logger);
  onTestFinished(() => supervised.stop(0).then(() => undefined));
  const redis = async (...args: string[]) => {
    const { stdout } = await run("redis-cli", ["-u", member.url, ...args], { timeout: 5_000 });
    return stdout.trim();
  };
  const pid = async () => Number(/process_id:(\d+)/.exec(await redis("INFO", "server"))?.[1]);
  return { member, supervised, redis, pid };
}

const soon = <T>(promise: Promise<T>) => deadline(promise, 10_000, "redis is ready");
const isGone = (pid: number) => () => {
  try {
    return !process.kill(pid, 0);
  } catch {
    return true;
  }
};

describe("CL25: the Redis of a cluster", () => {
  it("keeps its port and what it was told, through kill -9 and a restart of the cluster", async () => {
    const dataDir = await temporary();
    const { member, supervised, redis, pid } = await supervisedRedis(dataDir);
    await soon(supervised.ready);
    expect(await redis("CONFIG", "GET", "appendfsync")).toMatch(/everysec$/);
    expect(await redis("CONFIG", "GET", "bind")).toMatch(/127\.0\.0\.1$/);
    await redis("SET", "a", "1");
    const first = await pid();
    process.kill(first, "SIGKILL");
    await eventually(async () => (await pid()) !== first, { within: 10_000 });
    expect(await redis("GET", "a")).toBe("1");

    const second = await pid();
    expect(await supervised.stop(10_000)).toBe(true);
    expect(isGone(second)()).toBe(true);
    const again = await supervisedRedis(dataDir);
    await soon(again.supervised.ready);
    expect(again.member.url).toBe(member.url);
    expect(await again.redis("GET", "a")).toBe("1");
  });

  it("ends once nobody holds its lifeline", async () => {
    const { member, supervised, pid } = await supervisedRedis(await temporary());
    await soon(supervised.ready);
    const running = await pid();
    member.lifeline()?.destroy();
    // Nobody can be started with it any more.
    expect(member.lifeline()).toBeNull();
    await eventually(isGone(running), { message: "redis-server ends" });
  });

  it("is not started where another cluster's has the data", async () => {
    const dataDir = await temporary();
    const redis = await startRedis();
    onTestFinished(() => redis.close());
    await mkdir(join(dataDir, "redis"));
    await writeFile(join(dataDir, "redis/port"), `${redis.port}\n`);
    await expect(choosePort(join(dataDir, "redis"), 100)).rejects.toThrow(
      new RegExp(`a Redis listens on port ${redis.port}, .*is a cluster running with it`),
    );
  });

  it("takes another port where something else has taken its own", async () => {
    const dataDir = await temporary();
    const port = await freePort();
    const other = createServer((socket) => void socket.end("HTTP/1.1 400 Bad Request\r\n"));
    await new Promise<void>((resolve) => void other.listen(port, "127.0.0.1", resolve));
    onTestFinished(() => void other.close());
    await mkdir(join(dataDir, "redis"));
    await writeFile(join(dataDir, "redis/port"), `${port}\n`);
    const { url } = await ownRedis(dataDir, env, () => undefined);
    expect(url).not.toBe(`redis://127.0.0.1:${port}`);
    expect(url).toBe(
      `redis://127.0.0.1:${await readFile(join(dataDir, "redis/port"), "utf8")}`.trim(),
    );
  });

  it("CL1: says what to install where there is none", async () => {
    const dataDir = await temporary();
    await expect(ownRedis(dataDir, { PATH: dataDir }, () => undefined)).rejects.toThrow(
      /^a cluster needs Redis, .*install Redis 7 or later \(apt install redis-server/,
    );
    await writeFile(join(dataDir, "redis-server"), "#!/bin/sh\necho Redis server v=6.2.7 sha=0\n", {
      mode: 0o755,
    });
    await expect(ownRedis(dataDir, { PATH: `${dataDir}:/bin` }, () => undefined)).rejects.toThrow(
      /^redis-server is 6\.2\.7, which is too old: install/,
    );
  });
});
