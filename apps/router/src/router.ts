import type { Clock, Edge, Logger, Meter, RoomService } from "@homeroom/room";
import { AddressReader } from "./address.js";
import type { LinkSigner, NoLinks } from "./auth/link-signer.js";
import type { PrincipalAuthenticator } from "./auth/principal.js";
import { RouterError } from "./errors.js";
import { addApi } from "./http/api.js";
import { addDescription } from "./http/description.js";
import { addEditor } from "./http/editor.js";
import { HttpEndpoint } from "./http/endpoint.js";
import { formatHost } from "./http/listen.js";
import {
  addHealthRoutes,
  addMetricsRoute,
  type Metrics,
  type Readiness,
} from "./http/routes/health.js";
import type { RouterLimits } from "./limits.js";
import { OriginGuard } from "./origin.js";
import { WebSocketGateway } from "./websocket/gateway.js";

export interface RouterOptions {
  /** Id of this node, in every answer's `x-homeroom-node`. */
  readonly node: string;
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Null serves `/metrics` on `port`. */
  readonly metricsPort: number | null;
  readonly edge: Pick<Edge, "accept" | "close">;
  readonly rooms: RoomService;
  /** The one that the edge uses too. */
  readonly authenticator: PrincipalAuthenticator;
  /** Signs tokens for others that `authenticator` accepts. */
  readonly links: LinkSigner | NoLinks;
  readonly readiness: () => Readiness | Promise<Readiness>;
  readonly metrics: () => Promise<Metrics>;
  /** The editor's build, null where this process serves none. */
  readonly editorDirectory: string | null;
  /** See `OriginPolicy`. */
  readonly allowedOrigins: readonly string[];
  /** See `OriginPolicy`. */
  readonly localNamesOnly: boolean;
  /** Reverse proxies in front, whose `X-Forwarded-For` and `X-Forwarded-Host` are believed. */
  readonly trustedProxies: number;
  readonly limits: RouterLimits;
  readonly clock: Clock;
  readonly meter: Pick<Meter, "refused">;
  readonly logger: Logger;
}

export interface RouterAddress {
  /** For people and clients: `http://127.0.0.1:1234`. */
  readonly url: string;
  readonly port: number;
  readonly metricsPort: number;
}

/** The public edge of Homeroom: clients' sockets, the HTTP API and the editor, on one port. */
export interface Router {
  /** Sockets of clients. */
  readonly connections: number;
  /** @throws RouterError; the router is then closed. */
  listen(): Promise<RouterAddress>;
  /**
   * Stops listening, closes every session with 1012, answers the requests under way, and leaves
   * nothing open. Each phase has its deadline in `limits.shutdown`. Idempotent, never rejects.
   */
  close(): Promise<void>;
}

export async function createRouter(options: RouterOptions): Promise<Router> {
  const { clock, limits, logger, meter, node, trustedProxies } = options;
  const addresses = new AddressReader(trustedProxies);
  const origins = new OriginGuard({
    allowedOrigins: options.allowedOrigins,
    localNamesOnly: options.localNamesOnly,
    trustForwardedHost: trustedProxies > 0,
  });
  const gateway = new WebSocketGateway({
    ...{ node, clock, logger, meter, addresses, origins },
    edge: options.edge,
    limits: limits.sockets,
  });

  const base = { node, limits: limits.http, clock, logger };
  const sockets = limits.sockets.connections + limits.sockets.refusals;
  const main = new HttpEndpoint({ ...base, sockets });
  await addDescription(main.app);
  await addApi(main.app, { ...options, limits: limits.http, addresses, origins });
  addHealthRoutes(main.app, options.readiness);
  await addEditor(main.app, options.editorDirectory);
  gateway.attach(main.server);

  const separate = options.metricsPort === null ? null : new HttpEndpoint({ ...base, sockets: 0 });
  addMetricsRoute((separate ?? main).app, options.metrics);
  return new ComposedRouter(options, gateway, main, separate);
}

class ComposedRouter implements Router {
  readonly #options: RouterOptions;
  readonly #gateway: WebSocketGateway;
  readonly #main: HttpEndpoint;
  /** For metrics, where they have a port of their own. */
  readonly #separate: HttpEndpoint | null;
  #listened = false;
  #closed: Promise<void> | null = null;

  constructor(
    options: RouterOptions,
    gateway: WebSocketGateway,
    main: HttpEndpoint,
    separate: HttpEndpoint | null,
  ) {
    this.#options = options;
    this.#gateway = gateway;
    this.#main = main;
    this.#separate = separate;
  }

  get connections(): number {
    return this.#gateway.connections;
  }

  async listen(): Promise<RouterAddress> {
    if (this.#listened || this.#closed !== null) {
      throw new RouterError("NOT_IDLE", "a router listens once; make another one");
    }
    this.#listened = true;
    const { host, port, metricsPort } = this.#options;
    try {
      const bound = await this.#main.listen(host, port);
      const metrics = await this.#separate?.listen(host, metricsPort ?? 0);
      const url = `http://${formatHost(host)}:${bound}`;
      return { url, port: bound, metricsPort: metrics ?? bound };
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const { edge, limits, logger } = this.#options;
    const { socketsMs, requestsMs } = limits.shutdown;
    const endpoints = this.#separate ? [this.#main, this.#separate] : [this.#main];
    this.#gateway.stop();
    for (const endpoint of endpoints) endpoint.stop();
    try {
      await edge.close();
    } catch (error) {
      logger.error({ err: error }, "the edge failed to close");
    }
    await this.#gateway.close(socketsMs);
    await Promise.all(endpoints.map((endpoint) => endpoint.finish(requestsMs)));
  }
}
