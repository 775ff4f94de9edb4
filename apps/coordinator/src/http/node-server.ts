import type { Duplex } from "node:stream";
import type { NodeProblem } from "@homeroom/protocol";
import type { Logger } from "@homeroom/room";
import type { FastifyInstance } from "fastify";
import type { ClusterCoordinator } from "../cluster/cluster-coordinator.js";
import { isAuthorized, type LinkSecret } from "../link/authorize.js";
import { Door } from "./door.js";
import { defaultNodeServerLimits, type NodeServerLimits } from "./limits.js";
import { addNodeRoutes } from "./node-routes.js";

/** What `/readyz` says, part by part. */
export interface NodeReadiness {
  readonly ready: boolean;
  readonly checks: readonly {
    readonly name: string;
    readonly ok: boolean;
    readonly detail?: string;
  }[];
}

export interface NodeServerOptions {
  readonly coordinator: ClusterCoordinator;
  readonly node: string;
  readonly host: string;
  readonly port: number;
  /** Null: `/metrics` is served beside the rest. */
  readonly metricsPort: number | null;
  readonly secret: LinkSecret;
  readonly readiness: () => Promise<NodeReadiness>;
  readonly metrics: () => Promise<{ readonly contentType: string; readonly body: string }>;
  readonly logger: Logger;
  readonly limits?: Partial<NodeServerLimits>;
}

/** Where routers, supervisors and Prometheus reach a coordinator. */
export interface NodeServer {
  /** @returns the port that was bound @throws ListenError */
  listen(): Promise<number>;
  /** To be called when the links have been closed. Idempotent. */
  close(): Promise<void>;
}

export function createNodeServer(options: NodeServerOptions): NodeServer {
  const { coordinator, node, host, port, metricsPort, logger } = options;
  const limits = { ...defaultNodeServerLimits, ...options.limits };
  const main = new Door(node, limits, logger);
  main.server.on("upgrade", (request, socket: Duplex, head) => {
    if (!coordinator.links.handleUpgrade(request, socket, head)) turnAway(socket);
  });
  addHealth(main.app, options);
  addForCluster(main.app, options, limits);

  const metrics = metricsPort === null ? main : new Door(node, limits, logger);
  addMetrics(metrics.app, options);
  let closing: Promise<unknown> | null = null;
  return {
    async listen() {
      if (metrics !== main) await metrics.listen(host, metricsPort ?? 0);
      return await main.listen(host, port);
    },
    async close() {
      closing ??= Promise.all([...new Set([main, metrics])].map((door) => door.close()));
      await closing;
    },
  };
}

/** A client that came to the wrong place. */
function turnAway(socket: Duplex): void {
  socket.on("error", () => undefined);
  socket.end(
    "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\n" +
      "this is a coordinator: clients connect to a router\n",
  );
}

/** For supervisors; open to everybody who reaches the port. */
function addHealth(app: FastifyInstance, { readiness }: NodeServerOptions): void {
  app.get("/healthz", async () => ({ status: "ok" }));
  app.get("/readyz", async (_request, reply) => {
    const { ready, checks } = await readiness();
    const status = ready ? "ready" : "not ready";
    return await reply.code(ready ? 200 : 503).send({ status, checks });
  });
}

/** For Prometheus; open to everybody who reaches the port. */
function addMetrics(app: FastifyInstance, { metrics }: NodeServerOptions): void {
  app.get("/metrics", async (_request, reply) => {
    const { contentType, body } = await metrics();
    return await reply.type(contentType).send(body);
  });
}

function addForCluster(
  app: FastifyInstance,
  { coordinator, secret }: NodeServerOptions,
  limits: NodeServerLimits,
): void {
  app.register((cluster, _options, done) => {
    cluster.addHook("onRequest", async (request, reply) => {
      if (isAuthorized(request.raw, secret)) return;
      const problem: NodeProblem = { code: "UNAUTHORIZED", message: "not the cluster's secret" };
      await reply.code(401).send(problem);
    });
    addNodeRoutes(cluster, coordinator, limits);
    done();
  });
}
