import { fileURLToPath } from "node:url";
import { isLoopback, type Settings } from "@homeroom/config";
import type { Health, PrometheusMeter } from "@homeroom/observability";
import { Edge, type Homes, type Logger, type RoomService, systemClock } from "@homeroom/room";
import { createRouter, type Router } from "@homeroom/router";
import { authenticates, createAuthenticator, createLinks } from "../start/authenticator.js";
import { edgeLimits, routerLimits } from "../start/limits.js";

export interface PublicEdgeOptions {
  readonly settings: Settings;
  /** Where sessions go, and what the API asks: of this process, or of a cluster. */
  readonly homes: Homes;
  readonly rooms: RoomService;
  readonly health: Health;
  readonly meter: PrometheusMeter;
  readonly logger: Logger;
}

const editorDirectory = fileURLToPath(new URL("../../../editor/dist", import.meta.url));

/** What the public meets: sockets, API and editor. It does not listen yet. */
export async function createPublicEdge(options: PublicEdgeOptions): Promise<Router> {
  const { settings, homes, rooms, health, meter, logger } = options;
  const authenticator = createAuthenticator(settings, systemClock);
  const common = { clock: systemClock, logger, meter, authenticator };
  const router = await createRouter({
    ...common,
    links: createLinks(settings, systemClock),
    node: settings.nodeId,
    host: settings.host,
    port: settings.port,
    metricsPort: settings.metricsPort,
    edge: new Edge({ ...common, homes, limits: edgeLimits(settings) }),
    rooms,
    readiness: () => health.readiness(),
    metrics: () => meter.metrics(),
    editorDirectory,
    allowedOrigins: settings.allowedOrigins ?? [],
    localNamesOnly: isLoopback(settings.host) && !authenticates(settings),
    trustedProxies: settings.trustedProxies,
    limits: routerLimits(settings),
  });
  meter.gauge("homeroom_connections", "Open sockets of clients.", () => router.connections);
  return router;
}
