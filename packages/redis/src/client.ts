import type { Logger } from "@homeroom/room";
import { type ChainableCommander, Cluster, Redis, type RedisOptions } from "ioredis";
import { leavesReplicas } from "./leaves-replicas.js";
import type { RedisTarget } from "./redis-url.js";
import { defineScripts } from "./scripts.js";
import { slotOf } from "./slot.js";

export type Client = Redis | Cluster;

/**
 * What a connection is for. Leases have one of their own, so that no renewal waits behind anything;
 * snapshots and whole rooms have one, so that no append does.
 */
export type Role = "leases" | "owners" | "journal" | "bulk";

export interface ClientOptions {
  readonly role: Role;
  /** After so long a command has failed, whether or not it takes effect. */
  readonly timeoutMs: number;
  readonly logger: Logger;
}

export interface OpenedClient {
  readonly client: Client;
  /** Ends the connection at once; what is under way fails. */
  close(): void;
}

const firstRetryMs = 50;
const longestRetryMs = 1_000;
const retryDelay = (attempt: number): number =>
  Math.min(firstRetryMs * 2 ** (attempt - 1), longestRetryMs);

/** A Redis Cluster tells us where a key went at most so often per command. */
const maxRedirections = 4;

/**
 * Opens a connection that goes on trying. While it is not connected every command fails at once;
 * none is kept for later, and none is sent twice: a stale renewal must not prolong a lease, and a
 * stale append must not be written behind newer ones. (ioredis keeps what is sent to a server of a
 * Redis Cluster while it connects to it for the first time, and no longer than `timeoutMs`.)
 */
export function openClient(target: RedisTarget, options: ClientOptions): OpenedClient {
  const { role, timeoutMs, logger } = options;
  const client = connect(target, timeoutMs, {
    connectionName: `homeroom-${role}`,
    commandTimeout: timeoutMs,
    connectTimeout: timeoutMs,
    // A server that takes commands and answers none is left, and its unanswered commands failed.
    socketTimeout: 2 * timeoutMs,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    maxLoadingRetryTime: longestRetryMs,
    reconnectOnError: leavesReplicas(() => performance.now()),
    ...(target.username === undefined ? {} : { username: target.username }),
    ...(target.password === undefined ? {} : { password: target.password }),
    ...(target.tls ? { tls: {} } : {}),
  });
  if (client instanceof Cluster) client.on("node error", () => client.refreshSlotsCache());
  defineScripts(client);
  const stopReporting = reportOutages(client, role, logger);
  return {
    client,
    close: () => {
      stopReporting();
      client.disconnect();
    },
  };
}

type CommonOptions = Omit<RedisOptions, "replyMapping">;

function connect(target: RedisTarget, timeoutMs: number, common: CommonOptions): Client {
  const direct = { ...common, enableOfflineQueue: false, retryStrategy: retryDelay };
  switch (target.mode) {
    case "single":
      return new Redis({ ...direct, host: target.host, port: target.port, db: target.database });
    case "sentinel":
      return new Redis({
        ...direct,
        sentinels: [...target.sentinels],
        name: target.name,
        db: target.database,
        sentinelRetryStrategy: retryDelay,
        sentinelCommandTimeout: timeoutMs,
        enableTLSForSentinelMode: target.tls,
      });
    case "cluster":
      return new Cluster([...target.nodes], {
        redisOptions: common,
        enableOfflineQueue: false,
        clusterRetryStrategy: retryDelay,
        clusterNodeRetryStrategy: retryDelay,
        slotsRefreshTimeout: timeoutMs,
        maxRedirections,
        // A command whose connection broke may have taken effect: the caller decides.
        retryDelayOnFailover: 0,
      });
  }
}

/** One line when the connection is lost, and one when it is back. @returns how to stop that */
function reportOutages(client: Client, role: Role, logger: Logger): () => void {
  let away = false;
  let stopped = false;
  let cause: unknown;
  client.on("error", (error: unknown) => {
    cause = error;
  });
  client.on("close", () => {
    if (away || stopped) return;
    away = true;
    logger.warn({ connection: role, err: cause }, "connection to Redis lost");
  });
  client.on("ready", () => {
    if (away) logger.info({ connection: role }, "connected to Redis again");
    away = false;
    cause = undefined;
  });
  return () => {
    stopped = true;
  };
}

/**
 * Groups entries by the server that has their keys, so that each group can be one pipeline. A
 * server that has since given a key away refuses that group, which is then tried again.
 */
export function groupByServer<T>(
  client: Client,
  entries: readonly T[],
  keyOf: (entry: T) => string,
): readonly (readonly T[])[] {
  if (client instanceof Redis || entries.length === 0) return entries.length === 0 ? [] : [entries];
  const groups = new Map<string, T[]>();
  for (const entry of entries) {
    const server = client.slots[slotOf(keyOf(entry))]?.[0] ?? "";
    const group = groups.get(server);
    if (group) group.push(entry);
    else groups.set(server, [entry]);
  }
  return [...groups.values()];
}

/** The answer to one command of a pipeline, or why it failed. */
export type Reply =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: Error };

/** Sends a pipeline and gives one reply per command, in order. Rejects where it was not sent. */
export async function replies(
  client: Client,
  pipeline: ChainableCommander,
): Promise<readonly Reply[]> {
  const results = (await pipeline.exec()) ?? [];
  // A pipeline is not sent on to where its keys have gone; the next one is to go there.
  if (client instanceof Cluster && results.some(([error]) => error)) client.refreshSlotsCache();
  return results.map(([error, value]) => (error ? { ok: false, error } : { ok: true, value }));
}
