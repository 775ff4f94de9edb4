import { type Directory, NodeClient, type NodeClientLimits } from "@homeroom/cluster";
import { Edge, type EdgeLimits, type RoomStore, silentMeter, systemClock } from "@homeroom/room";
import {
  ClusterService,
  type ClusterServiceLimits,
  createAnonymousAuthenticator,
  createRouter,
  defaultRouterLimits,
  type LinkLimits,
  NodeRegister,
  type RouteLimits,
  type Router,
  RouterHomes,
  silentRouteMeter,
} from "../../src/index.js";
import { RecordingLogger } from "../support/recording.js";
import type { ClusterLab } from "./lab.js";
import { SECRET } from "./names.js";

export interface RouterOverrides {
  readonly limits?: Partial<RouteLimits>;
  readonly edgeLimits?: Partial<EdgeLimits>;
  readonly linkLimits?: Partial<LinkLimits>;
  readonly serviceLimits?: Partial<ClusterServiceLimits>;
  readonly clientLimits?: Partial<NodeClientLimits>;
  readonly secret?: string | null;
  /** What this router sees of the directory, and of the store. */
  readonly directory?: Directory;
  readonly store?: RoomStore;
}

export class TestRouter {
  readonly homes: RouterHomes;
  readonly client: NodeClient;
  readonly service: ClusterService;
  readonly edge: Edge;
  readonly logger = new RecordingLogger();
  /** How long rooms were without a home. */
  readonly gaps: number[] = [];
  /** Of its sockets, and of its HTTP API. */
  url = "";
  api = "";
  #router: Router | null = null;

  constructor(id: string, cluster: ClusterLab, overrides: RouterOverrides) {
    const { limits = {}, edgeLimits = {}, linkLimits = {}, secret = SECRET } = overrides;
    const directory = overrides.directory ?? cluster.directory;
    const nodes = new NodeRegister(directory, systemClock, 100);
    const base = { clock: systemClock, logger: this.logger };
    this.homes = new RouterHomes({
      ...base,
      id,
      directory,
      nodes,
      secret,
      random: () => 0.5,
      meter: { ...silentRouteMeter, rehomed: (ms) => this.gaps.push(ms) },
      limits,
      linkLimits,
    });
    this.client = new NodeClient({ ...base, secret, limits: overrides.clientLimits ?? {} });
    this.service = new ClusterService({
      ...base,
      directory,
      nodes,
      store: overrides.store ?? cluster.store,
      homes: this.homes,
      client: this.client,
      limits: overrides.serviceLimits ?? {},
    });
    this.edge = new Edge({
      ...base,
      homes: this.homes,
      authenticator: createAnonymousAuthenticator("write"),
      meter: silentMeter,
      limits: edgeLimits,
    });
  }

  async start(): Promise<void> {
    this.#router = await createRouter({
      node: "router",
      host: "127.0.0.1",
      port: 0,
      metricsPort: null,
      edge: this.edge,
      rooms: this.service,
      authenticator: createAnonymousAuthenticator("admin"),
      links: "authentication-off",
      readiness: () => ({ ready: true, checks: [] }),
      metrics: async () => ({ contentType: "text/plain", body: "" }),
      editorDirectory: null,
      allowedOrigins: [],
      localNamesOnly: false,
      trustedProxies: 0,
      limits: defaultRouterLimits,
      clock: systemClock,
      meter: silentMeter,
      logger: this.logger,
    });
    this.api = (await this.#router.listen()).url;
    this.url = this.api.replace("http:", "ws:");
  }

  async stop(): Promise<void> {
    await this.#router?.close();
    await this.homes.close();
    await this.client.close();
  }
}
