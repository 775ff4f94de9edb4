import { randomUUID } from "node:crypto";
import type { Settings } from "@homeroom/config";
import { ClusterCoordinator, createNodeServer, failpointsFrom } from "@homeroom/coordinator";
import { PrometheusMeter } from "@homeroom/observability";
import { connectRedis } from "@homeroom/redis";
import { type Logger, systemClock } from "@homeroom/room";
import { LevelStore } from "@homeroom/store-level";
import { type Closable, closeAll } from "../close-all.js";
import { IdleHeap } from "../idle-heap.js";
import { nodeHeap } from "../node-heap.js";
import type { Running } from "../running.js";
import { roomLimits } from "../start/limits.js";
import { addGauges } from "./gauges.js";
import { healthOf } from "./health.js";

/** The last part of stopping, for which a drain leaves time: closing links, stores and sockets. */
const CLOSING_MS = 4_000;
/** For Redis to answer, before this coordinator says that it is ready without it. */
const CONNECTING_MS = 2_000;
/** While Redis is away it is asked at least this often, so that acknowledgements go on soon after. */
const JOURNAL_RETRY_MAX_MS = 1_000;

/**
 * One coordinator of a cluster: opens its journal, connects to Redis, listens, and then takes its
 * place.
 * @throws StoreError, ListenError, RangeError; nothing is left open then
 */
export async function composeCoordinator(settings: Settings, logger: Logger): Promise<Running> {
  const { nodeId, redisUrl, leaseTtlMs, clusterSecret, dataDir, durability } = settings;
  if (redisUrl === null) throw new RangeError("a coordinator needs --redis-url");
  const clock = systemClock;
  const open: Closable[] = [];
  let url = settings.advertiseUrl ?? "";
  try {
    const meter = new PrometheusMeter(clock);
    open.push(meter);
    const local = await LevelStore.open({ directory: dataDir, durability, logger });
    open.push(local);
    const redis = connectRedis({
      url: redisUrl,
      replicas: settings.redisReplicas,
      onPrimaryChange: () => coordinator.primaryChanged(),
      ...{ leaseTtlMs, clock, logger },
    });
    open.push(redis);
    const coordinator = new ClusterCoordinator({
      node: { id: nodeId, process: randomUUID(), url: () => url },
      directory: redis.directory,
      shared: redis.store,
      local,
      secret: clusterSecret,
      onLeaseLoss: settings.onLeaseLoss,
      rebalancePerMinute: settings.rebalancePerMinute,
      random: Math.random,
      figures: meter,
      linkMeter: meter.links(),
      roomLimits: { ...roomLimits(settings), retryMaxMs: JOURNAL_RETRY_MAX_MS },
      failpoint: failpointsFrom(process.env),
      ...{ leaseTtlMs, clock, logger, meter },
    });
    const drainMs = (leaving: string | undefined): number =>
      leaving === "together" ? 0 : Math.max(0, settings.drainTimeout - CLOSING_MS);
    let leaving: string | undefined;
    addGauges(meter, coordinator);
    const health = healthOf(coordinator, redis, clock);
    const server = createNodeServer({
      coordinator,
      node: nodeId,
      host: settings.host,
      port: settings.port,
      metricsPort: settings.metricsPort,
      secret: clusterSecret ?? { anybodyOnLoopback: true },
      readiness: () => health.readiness(),
      metrics: () => meter.metrics(),
      limits: { updateBytes: Math.ceil(1.25 * settings.maxDocumentBytes) },
      logger,
    });
    // Closed last to first: routers and supervisors are answered until the rooms have gone.
    open.push(server);
    open.push({ close: () => coordinator.close(drainMs(leaving)) });
    open.push(new IdleHeap(clock, nodeHeap(), () => !coordinator.host.edited));
    const port = await server.listen();
    url ||= `http://${settings.host.includes(":") ? `[${settings.host}]` : settings.host}:${port}`;
    // Not longer: it goes on trying, and says in `/readyz` what it waits for.
    await redis.reached(CONNECTING_MS);
    coordinator.join();
    return {
      url,
      ended: coordinator.membership.superseded,
      close: (how) => {
        leaving ??= how;
        return closeAll(open);
      },
    };
  } catch (error) {
    await closeAll(open);
    throw error;
  }
}
