import type { Directory, SharedStore } from "@homeroom/cluster";
import type { Clock, Logger } from "@homeroom/room";
import { type Client, type OpenedClient, openClient, type Role } from "./client.js";
import { Primaries } from "./primaries.js";
import { RedisDirectory } from "./redis-directory.js";
import { RedisStore } from "./redis-store.js";
import { parseRedisUrl } from "./redis-url.js";

/** Times in milliseconds. */
export interface RedisLimits {
  /** A command that takes longer has failed, whether or not it takes effect. */
  readonly commandTimeoutMs: number;
  /** The same for commands that carry whole rooms. */
  readonly bulkTimeoutMs: number;
  /** How long an append waits for its replicas. */
  readonly replicaTimeoutMs: number;
  /** For a sign of life, where somebody asks whether Redis is there. */
  readonly answerTimeoutMs: number;
}

export const defaultRedisLimits: RedisLimits = {
  commandTimeoutMs: 2_000,
  bulkTimeoutMs: 20_000,
  replicaTimeoutMs: 1_000,
  answerTimeoutMs: 1_000,
};

export interface RedisOptions {
  /** See `parseRedisUrl`. */
  readonly url: string;
  readonly leaseTtlMs: number;
  /** How many replicas must have an edit before it is durable; 0: the primary alone decides. */
  readonly replicas?: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** One of the servers has been replaced: claims are to wait, homes to verify theirs. */
  readonly onPrimaryChange: () => void;
  readonly limits?: Partial<RedisLimits>;
}

export interface RedisConnection {
  readonly directory: Directory;
  readonly store: SharedStore;
  /** Whether every connection is there; while one is not, what needs it fails with `UNAVAILABLE`. */
  readonly connected: boolean;
  /** Whether Redis answers on every connection, within `answerTimeoutMs`. Never rejects. */
  answers(): Promise<boolean>;
  /** Waits until every connection is there, for `ms` at the most. @returns whether they are */
  reached(ms: number): Promise<boolean>;
  /**
   * Declares that no home of an earlier time lives, so that claims need not wait for any to come
   * back. For whoever starts a whole cluster at once, before its first coordinator; and for nobody
   * else, because a home that does live would lose its rooms.
   * @throws ClusterError `UNAVAILABLE`
   */
  declareNoHomes(): Promise<void>;
  /** Waits for what is under way, then closes every connection; idempotent. */
  close(): Promise<void>;
}

/**
 * Connects to Redis 7 or later, and goes on trying for as long as it is away.
 * @throws RangeError where the URL or a limit is wrong
 */
export function connectRedis(options: RedisOptions): RedisConnection {
  const { leaseTtlMs, clock, logger, onPrimaryChange, replicas = 0 } = options;
  const limits = { ...defaultRedisLimits, ...options.limits };
  if (limits.replicaTimeoutMs >= limits.commandTimeoutMs) {
    throw new RangeError("replicas must be waited for shorter than a command may take");
  }
  const target = parseRedisUrl(options.url);
  const opened: OpenedClient[] = [];
  const open = (role: Role, timeoutMs: number): Client => {
    const connection = openClient(target, { role, timeoutMs, logger });
    opened.push(connection);
    return connection.client;
  };
  // A renewal that has no answer within a quarter of the TTL is tried again.
  const leases = open("leases", leaseTtlMs / 4);
  const owners = open("owners", limits.commandTimeoutMs);
  const primaries = new Primaries(owners, logger, onPrimaryChange);
  const directory = new RedisDirectory({ leases, owners, primaries, leaseTtlMs });
  const store = new RedisStore({
    journal: open("journal", limits.commandTimeoutMs),
    bulk: open("bulk", limits.bulkTimeoutMs),
    clock,
    replicas,
    replicaTimeoutMs: limits.replicaTimeoutMs,
  });
  const connected = (): boolean => opened.every(({ client }) => client.status === "ready");
  return {
    directory,
    store,
    get connected() {
      return connected();
    },
    answers: () => answers(opened, clock, limits.answerTimeoutMs),
    reached: (ms) => reached(opened, connected, clock, ms),
    declareNoHomes: () => directory.declareNoHomes(),
    close: async () => {
      await Promise.all([directory.close(), store.close()]);
      for (const connection of opened) connection.close();
    },
  };
}

async function reached(
  opened: readonly OpenedClient[],
  connected: () => boolean,
  clock: Clock,
  ms: number,
): Promise<boolean> {
  if (connected()) return true;
  return await new Promise((resolve) => {
    const settle = (): void => {
      deadline.cancel();
      for (const { client } of opened) client.off("ready", look);
      resolve(connected());
    };
    const look = (): void => {
      if (connected()) settle();
    };
    const deadline = clock.after(ms, settle);
    for (const { client } of opened) client.on("ready", look);
  });
}

/** A server that was stopped keeps its connections, and says nothing. */
async function answers(
  opened: readonly OpenedClient[],
  clock: Clock,
  timeoutMs: number,
): Promise<boolean> {
  return await new Promise((resolve) => {
    const settle = (answer: boolean): void => {
      deadline.cancel();
      resolve(answer);
    };
    const deadline = clock.after(timeoutMs, () => resolve(false));
    Promise.all(opened.map(({ client }) => client.ping())).then(
      () => settle(true),
      () => settle(false),
    );
  });
}
