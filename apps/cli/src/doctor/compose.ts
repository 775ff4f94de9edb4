import { parseRedisUrl, type RedisTarget } from "@homeroom/redis";
import { Cluster, Redis, type RedisOptions } from "ioredis";
import { inTime } from "../serve/in-time.js";

/** A Redis that takes writes, as a doctor looks at it. Every answer comes in time or is an error. */
export interface Examined {
  /** `host:port` */
  readonly name: string;
  /** The fields of `INFO`. */
  info(): Promise<ReadonlyMap<string, string>>;
  /** A setting; null where the server does not tell settings. */
  setting(name: string): Promise<string | null>;
  /** Its clock: milliseconds since 1970. */
  time(): Promise<number>;
}

export interface Opened {
  /** One, or as many as a Redis Cluster has. */
  readonly primaries: readonly Examined[];
  close(): void;
}

const TIMEOUT_MS = 3_000;
/** A Redis Cluster is asked for its servers, and they for their state, again and again. */
const CONNECTED_MS = 10_000;

/**
 * Connects once, without trying again.
 * @param url As `--redis-url` accepts it.
 * @throws Error saying why not
 */
export async function openRedis(url: string): Promise<Opened> {
  const client = make(parseRedisUrl(url));
  // The first one says more than what becomes of the connection after it.
  let cause: unknown;
  client.on("error", (error: unknown) => {
    cause ??= error;
  });
  try {
    const connected = client.connect().then(() => client.ping());
    if (!(await inTime(connected, CONNECTED_MS))) {
      throw new Error(`not within ${CONNECTED_MS / 1000} s`);
    }
    const primaries = client instanceof Cluster ? client.nodes("master") : [client];
    return { primaries: primaries.map(examined), close: () => client.disconnect() };
  } catch (error) {
    client.disconnect();
    throw cause ?? error;
  }
}

function make(target: RedisTarget): Redis | Cluster {
  const { username, password, tls, database: db } = target;
  const common: Omit<RedisOptions, "replyMapping"> = {
    connectionName: "homeroom-doctor",
    commandTimeout: TIMEOUT_MS,
    connectTimeout: TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls ? { tls: {} } : {}),
  };
  const once = { ...common, lazyConnect: true, retryStrategy: () => null };
  switch (target.mode) {
    case "single":
      return new Redis({ ...once, host: target.host, port: target.port, db });
    case "sentinel":
      return new Redis({
        ...once,
        db,
        name: target.name,
        sentinels: [...target.sentinels],
        sentinelRetryStrategy: () => null,
        sentinelCommandTimeout: TIMEOUT_MS,
        enableTLSForSentinelMode: tls,
      });
    case "cluster":
      return new Cluster([...target.nodes], {
        redisOptions: common,
        lazyConnect: true,
        clusterRetryStrategy: () => null,
        slotsRefreshTimeout: TIMEOUT_MS,
      });
  }
}

const examined = (redis: Redis): Examined => ({
  name: nameOf(redis),
  info: async () => fields(await redis.info()),
  setting: async (name) => {
    // Services that run Redis for others forbid this.
    const reply = await redis.config("GET", name).catch(() => null);
    return Array.isArray(reply) && typeof reply[1] === "string" ? reply[1] : null;
  },
  time: async () => {
    const [seconds, microseconds] = await redis.time();
    return Number(seconds) * 1_000 + Number(microseconds) / 1_000;
  },
});

function nameOf({ options: { host, port } }: Redis): string {
  return `${host}:${port}`;
}

function fields(info: string): ReadonlyMap<string, string> {
  return new Map(
    info.split(/\r?\n/).flatMap((line) => {
      const [, name, value] = /^(\w+):(.*)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value] as const];
    }),
  );
}
