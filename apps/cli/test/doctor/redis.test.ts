import { parseSettings } from "@homeroom/config";
import { parseRedisUrl } from "@homeroom/redis";
import { freePort, type RedisOptions, type RedisProcess, startRedis } from "@homeroom/testkit";
import { describe, expect, it, onTestFinished } from "vitest";
import { checkRedis } from "../../src/doctor/redis.js";
import { temporary } from "../support/homeroom.js";
import { tell } from "../support/terminal.js";

async function redisWith(options: RedisOptions = {}): Promise<RedisProcess> {
  const redis = await startRedis(options);
  onTestFinished(() => redis.close());
  return redis;
}

const wanted = { redisReplicas: 0, leaseTtlMs: 5_000 };

/** `verdict words` of each finding. */
async function findings(redisUrl: string, changed: Partial<typeof wanted> = {}) {
  const found = await checkRedis({ ...wanted, ...changed, redisUrl });
  return found.map(({ verdict, words }) => `${verdict} ${words}`);
}

describe("CL27: doctor looks at Redis", () => {
  it("as part of its round", async () => {
    const redis = await redisWith({ config: { appendonly: "yes" } });
    const args = ["--redis-url", redis.url, "--data-dir", await temporary(), "--port", "0"];
    const { code, out } = await tell(["doctor", ...args]);
    const about = out.flatMap((line) => /^(\w+) +Redis (\S+) +(.+)$/.exec(line)?.slice(1, 4) ?? []);
    const name = `127.0.0.1:${redis.port}`;
    const line = (words: unknown) => ["ok", name, words];
    expect(about).toEqual(
      [
        expect.stringMatching(/^answers in [\d.]+ ms$/),
        expect.stringMatching(/^version [7-9]\./),
        "takes writes",
        "maxmemory-policy noeviction",
        "appendonly yes, appendfsync everysec",
        "replicas: 0",
        expect.stringMatching(/^its clock is \d+ ms (behind|ahead of) this one$/),
      ].flatMap(line),
    );
    expect(code).toBe(0);
  });

  it("and not where there is none", async () => {
    expect(await checkRedis({ ...wanted, redisUrl: null })).toEqual([]);
  });

  it("finds settings under which edits may be lost", async () => {
    const redis = await redisWith({ config: { "maxmemory-policy": "allkeys-lru" } });
    const found = await findings(redis.url);
    expect(found).toContain(
      "mend maxmemory-policy allkeys-lru: rooms may vanish when memory is short; set noeviction",
    );
    expect(found).toContain(
      "note appendonly no: it forgets when it is restarted; homes alone remember",
    );
    await redis.command("CONFIG", "SET", "appendonly", "yes");
    await redis.command("CONFIG", "SET", "appendfsync", "no");
    expect(await findings(redis.url)).toContain(
      "note appendonly yes, appendfsync no: a power cut takes more than a second of edits from it",
    );
  });

  it("counts replicas, and knows one", async () => {
    const primary = await redisWith();
    expect(await findings(primary.url, { redisReplicas: 1 })).toContain(
      "mend replicas: 0, but --redis-replicas 1: no edit would be acknowledged",
    );
    const replica = await redisWith({ replicaOf: primary });
    await expect
      .poll(() => findings(primary.url, { redisReplicas: 1 }))
      .toContain("ok replicas: 1");
    expect(await findings(replica.url)).toContain(
      "mend is a replica: give the address of the primary, or of its Sentinels (--redis-url)",
    );
  });

  it("says that it answers too slowly for the leases", async () => {
    const redis = await redisWith();
    expect(await findings(redis.url, { leaseTtlMs: 0 })).toContainEqual(
      expect.stringMatching(/^mend answers in .+ raise --lease-ttl-ms/),
    );
  });

  it("looks at every primary of a Redis Cluster", async () => {
    const config = { "cluster-enabled": "yes", "cluster-announce-ip": "127.0.0.1" };
    const redis = await redisWith({ config });
    await redis.command("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
    const isUp = async () => (await redis.command("CLUSTER", "INFO")).includes("cluster_state:ok");
    await expect.poll(isUp, { timeout: 10_000 }).toBe(true);
    const found = await checkRedis({ ...wanted, redisUrl: `${redis.url},${redis.url}` });
    expect(found).toContainEqual({
      verdict: "ok",
      subject: `Redis 127.0.0.1:${redis.port}`,
      words: "takes writes",
    });
    expect(found).toHaveLength(7);
  });

  it("says what it may not ask", async () => {
    const redis = await redisWith({ config: { appendonly: "yes" } });
    const rules = ["on", ">pass", "~*", "+@all", "-config"];
    await redis.command("ACL", "SETUSER", "homeroom", ...rules);
    expect(await findings(redis.url.replace("//", "//homeroom:pass@"))).toContain(
      "note appendonly yes, appendfsync not told",
    );
  });

  it("says why it cannot be reached", async () => {
    const port = await freePort();
    expect(await findings(`redis://127.0.0.1:${port}`)).toEqual([
      expect.stringMatching(/^mend Redis cannot be reached: .*ECONNREFUSED.* \(--redis-url\)$/),
    ]);
    expect(await findings(`redis+sentinel://127.0.0.1:${port}/main`)).toEqual([
      expect.stringMatching(/^mend Redis cannot be reached: /),
    ]);
    expect(await findings(`redis://localhost:${port}`)).toEqual([
      expect.stringMatching(/^mend Redis cannot be reached: .*ECONNREFUSED/),
    ]);
    const guarded = await redisWith();
    await guarded.command("CONFIG", "SET", "requirepass", "swordfish");
    expect(await findings(guarded.url)).toEqual([
      "mend Redis asks for a password: write redis://:password@host (--redis-url)",
    ]);
    const wrong = await findings(guarded.url.replace("//", "//:guess@"));
    expect(wrong).toEqual(["mend Redis refuses the user or the password (--redis-url)"]);
    expect(wrong.join()).not.toContain("guess");
  });

  it("does not wait for one that answers nothing", async () => {
    const redis = await redisWith();
    redis.pause();
    expect(await findings(redis.url)).toEqual([
      expect.stringMatching(/^mend Redis cannot be reached: /),
    ]);
  });
});

it("CL27: a cluster that others can reach has a secret", async () => {
  const redis = await redisWith();
  const args = ["--redis-url", redis.url, "--data-dir", await temporary(), "--port", "0"];
  const open = ["--host", "0.0.0.0", "--auth-secret", "0123456789abcdef0123456789abcdef"];
  const { code, out } = await tell(["doctor", ...args, ...open]);
  expect(out.join("\n")).toMatch(/^MEND +configuration +--cluster-secret must be given/m);
  expect(code).toBe(1);
});

it("what --redis-url accepts can be connected to", () => {
  for (const redisUrl of [
    "redis://localhost",
    "rediss://:p%40ss@10.0.0.1:6380/3",
    "redis://a:7000, redis://b:7001",
    "redis+sentinel://me:p%40ss@a,b:5000/main/2",
    "rediss+sentinel://a/main",
  ]) {
    expect(parseSettings("router", { redisUrl }, {})).toMatchObject({ ok: true });
    expect(() => parseRedisUrl(redisUrl)).not.toThrow();
  }
});
