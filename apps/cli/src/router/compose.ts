import { NodeClient } from "@homeroom/cluster";
import type { Settings } from "@homeroom/config";
import { PrometheusMeter } from "@homeroom/observability";
import { connectRedis } from "@homeroom/redis";
import { type Logger, systemClock } from "@homeroom/room";
import { ClusterService, NodeRegister, RouterHomes } from "@homeroom/router";
import { type Closable, closeAll } from "../close-all.js";
import { endless, type Running } from "../running.js";
import { addGauges } from "./gauges.js";
import { healthOf } from "./health.js";
import { routeLimits } from "./limits.js";
import { createPublicEdge } from "./public-edge.js";

/** For Redis to answer, before this router says that it is ready without it. */
const CONNECTING_MS = 2_000;

/**
 * One router of a cluster: connects to Redis, of which it is a reader, and listens, whether or not
 * Redis is there yet.
 * @throws RouterError, RangeError; nothing is left open then
 */
export async function composeRouter(settings: Settings, logger: Logger): Promise<Running> {
  const { nodeId, redisUrl, leaseTtlMs, clusterSecret: secret } = settings;
  if (redisUrl === null) throw new RangeError("a router needs --redis-url");
  const clock = systemClock;
  const common = { clock, logger };
  const open: Closable[] = [];
  let closing: Promise<void> | null = null;
  try {
    const meter = new PrometheusMeter(clock);
    open.push(meter);
    // Who has no rooms has nothing to put right when another server takes over.
    const onPrimaryChange = (): void => undefined;
    const redis = connectRedis({ ...common, url: redisUrl, leaseTtlMs, onPrimaryChange });
    open.push(redis);
    const { directory, store } = redis;
    const nodes = new NodeRegister(directory, clock, leaseTtlMs / 4);
    const homes = new RouterHomes({
      ...common,
      id: nodeId,
      directory,
      nodes,
      secret,
      random: Math.random,
      meter: meter.routes(),
      limits: routeLimits(settings),
    });
    // After the sessions have been closed: waits until what they sent is settled.
    open.push(homes);
    const client = new NodeClient({ clock, secret });
    open.push(client);
    const rooms = new ClusterService({ ...common, directory, nodes, store, homes, client });
    const health = healthOf(homes, redis, clock);
    const router = await createPublicEdge({ settings, homes, rooms, health, meter, logger });
    open.push(router);
    addGauges(meter, { homes, nodes, redis });
    await redis.reached(CONNECTING_MS);
    const { url } = await router.listen();
    return {
      url,
      ended: endless,
      close: () => {
        closing ??= closeAll(open);
        return closing;
      },
    };
  } catch (error) {
    await closeAll(open);
    throw error;
  }
}
