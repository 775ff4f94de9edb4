import type { Settings } from "@homeroom/config";
import { messageOf } from "../failure.js";
import { type Examined, openRedis } from "./compose.js";
import { type Finding, mend, note, ok } from "./finding.js";

type Wanted = Pick<Settings, "redisUrl" | "redisReplicas" | "leaseTtlMs">;

/** `XADD <epoch>-*`, by which the journal is fenced, is of that version. */
const OLDEST = "7.0";
const PINGS = 9;
/** Acknowledgements wait for it. */
const SLOW_MS = 50;
const FAR_OFF_MS = 60_000;

/** What a cluster needs of its Redis; nothing where there is none. */
export async function checkRedis({ redisUrl, ...wanted }: Wanted): Promise<Finding[]> {
  if (redisUrl === null) return [];
  try {
    const { primaries, close } = await openRedis(redisUrl);
    try {
      const findings = await Promise.all(primaries.map((redis) => examine(redis, wanted)));
      return findings.flat();
    } finally {
      close();
    }
  } catch (error) {
    return [mend("Redis", `${reasonOf(error)} (--redis-url)`)];
  }
}

async function examine(redis: Examined, wanted: Omit<Wanted, "redisUrl">): Promise<Finding[]> {
  const info = await redis.info();
  const findings = [
    await checkLatency(redis, wanted.leaseTtlMs),
    checkVersion(info.get("redis_version") ?? "0"),
    checkRole(info.get("role") ?? "unknown"),
    checkEviction(info.get("maxmemory_policy") ?? "unknown"),
    info.get("aof_enabled") === "1"
      ? checkSync(await redis.setting("appendfsync"))
      : note("", "appendonly no: it forgets when it is restarted; homes alone remember"),
    checkReplicas(Number(info.get("connected_slaves") ?? 0), wanted.redisReplicas),
    await checkTime(redis),
  ];
  return findings.map((finding) => ({ ...finding, subject: `Redis ${redis.name}` }));
}

async function checkLatency(redis: Examined, leaseTtlMs: number): Promise<Finding> {
  const taken: number[] = [];
  for (let ping = 0; ping < PINGS; ping++) {
    const begun = performance.now();
    await redis.time();
    taken.push(performance.now() - begun);
  }
  const median = taken.sort((a, b) => a - b)[Math.floor(PINGS / 2)] ?? 0;
  const words = `answers in ${median.toPrecision(2)} ms`;
  if (median > leaseTtlMs / 4) {
    return mend("", `${words}: leases cannot be renewed so; raise --lease-ttl-ms, or move closer`);
  }
  return median > SLOW_MS
    ? note("", `${words}: every acknowledgement waits so long`)
    : ok("", words);
}

function checkVersion(version: string): Finding {
  const isOld = version.localeCompare(OLDEST, "en", { numeric: true }) < 0;
  const words = `version ${version}`;
  return isOld ? mend("", `${words}: install ${OLDEST} or later`) : ok("", words);
}

function checkRole(role: string): Finding {
  if (role === "master") return ok("", "takes writes");
  return mend(
    "",
    "is a replica: give the address of the primary, or of its Sentinels (--redis-url)",
  );
}

function checkEviction(policy: string): Finding {
  const words = `maxmemory-policy ${policy}`;
  if (policy === "noeviction") return ok("", words);
  return mend("", `${words}: rooms may vanish when memory is short; set noeviction`);
}

function checkSync(appendfsync: string | null): Finding {
  const words = `appendonly yes, appendfsync ${appendfsync ?? "not told"}`;
  if (appendfsync === "everysec" || appendfsync === "always") return ok("", words);
  return note(
    "",
    appendfsync === null
      ? words
      : `${words}: a power cut takes more than a second of edits from it`,
  );
}

function checkReplicas(connected: number, wanted: number): Finding {
  const words = `replicas: ${connected}`;
  if (connected >= wanted) return ok("", words);
  return mend("", `${words}, but --redis-replicas ${wanted}: no edit would be acknowledged`);
}

async function checkTime(redis: Examined): Promise<Finding> {
  const before = Date.now();
  const theirs = await redis.time();
  const ahead = Math.round(theirs - (before + Date.now()) / 2);
  const words = `its clock is ${Math.abs(ahead)} ms ${ahead < 0 ? "behind" : "ahead of"} this one`;
  return Math.abs(ahead) > FAR_OFF_MS ? note("", `${words}: see which is wrong`) : ok("", words);
}

/** By the first word of what Redis answered, where it is an answer. */
function reasonOf(error: unknown): string {
  const message = messageOf(error);
  const [word] = /^[A-Z]+\b/.exec(message) ?? [];
  if (word === "NOAUTH") return "Redis asks for a password: write redis://:password@host";
  if (word === "WRONGPASS") return "Redis refuses the user or the password";
  return `Redis cannot be reached: ${message}`;
}
