import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type Announcement,
  ClaimGate,
  Claims,
  type Directory,
  MemoryDirectory,
  MemoryPrimary,
  NodeClient,
  type NodeClientLimits,
  type NodeIncarnation,
  NodeList,
} from "@homeroom/cluster";
import { createLinkServer, type LinkServer, type LinkServerLimits } from "@homeroom/coordinator";
import { NodeApi, type NodeRoom, parseRoomName, type RoomName } from "@homeroom/protocol";
import {
  Edge,
  type EdgeLimits,
  MemoryStore,
  type Meter,
  RoomHost,
  type RoomOwner,
  type RoomStore,
  StoreError,
  systemClock,
} from "@homeroom/room";
import {
  eventually,
  FaultProxy,
  type HocuspocusRoom,
  StockHocuspocus,
  type StockYWebsocket,
  type StockYWebsocketOptions,
  stockYWebsocket,
} from "@homeroom/testkit";
import { onTestFinished } from "vitest";
import * as Y from "yjs";
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
import { NodeStub, roomOf, type StubAnswer, type StubRequest } from "../cluster/node-stub.js";
import { RecordingLogger } from "../support/recording.js";

const SECRET = "the secret of this cluster, ünlike others";
const LEASE_MS = 600_000;

const silentMeter: Meter = {
  updateReceived() {},
  broadcast() {},
  applied() {},
  flushed() {},
  flushFailed() {},
  acknowledged() {},
  journalQueue() {},
  refused() {},
  roomState() {},
  snapshot() {},
  quarantined() {},
  slowReader() {},
};

export const roomName = (text: string): RoomName => {
  const room = parseRoomName(text);
  if (!room) throw new Error(`not a room name: ${text}`);
  return room;
};

/** A coordinator without its process: what a router sees of one. */
export class TestCoordinator {
  readonly id: string;
  readonly host: RoomHost;
  readonly claims: Claims;
  readonly links: LinkServer;
  readonly api: NodeStub;
  readonly logger = new RecordingLogger();
  readonly #cluster: ClusterLab;
  readonly #directory: Directory;
  readonly #process = randomUUID();
  readonly #server: Server;
  #self: NodeIncarnation | null = null;
  #proxy: FaultProxy | null = null;
  /** What is edited goes out to the others, and is not durable. */
  storeAway = false;

  constructor(id: string, cluster: ClusterLab, limits: Partial<LinkServerLimits>) {
    this.id = id;
    this.#cluster = cluster;
    this.#directory = cluster.directory;
    const { logger } = this;
    this.claims = new Claims({
      directory: cluster.directory,
      nodes: new NodeList(cluster.directory, systemClock, 0),
      gate: openGate(),
      self: () => this.#self,
      logger,
    });
    const base = { clock: systemClock, logger };
    const store = this.#guarded(cluster.store);
    const claims = {
      claim: (room: RoomName) => this.claims.claim(room),
      release: (room: RoomName) => this.claims.release(room),
      fenced() {},
      takesEdits: () => true,
    };
    this.host = new RoomHost({ ...base, store, claims, meter: silentMeter });
    const node = { id, incarnation: () => this.#self?.incarnation ?? null };
    this.links = createLinkServer({ ...base, homes: this.host, node, secret: SECRET, limits });
    this.#server = createServer();
    this.api = new NodeStub(this.#server, SECRET, (request) => this.#answer(request));
    this.#server.on("upgrade", (request, socket, head) => {
      if (!this.links.handleUpgrade(request, socket, head)) socket.destroy();
    });
  }

  /** The network between the routers and this coordinator. */
  get proxy(): FaultProxy {
    if (!this.#proxy) throw new Error(`${this.id} was not started`);
    return this.#proxy;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const { port } = this.#server.address() as AddressInfo;
    this.#proxy = await FaultProxy.start({ port });
    const announcement = this.#announcement("active");
    const { incarnation } = await this.#directory.register(this.id, this.#process, announcement);
    this.#self = { node: this.id, incarnation };
  }

  get url(): string {
    return `http://127.0.0.1:${this.proxy.port}`;
  }

  /** Says the same of itself as before, but for this. */
  async announce(status: Announcement["status"]): Promise<void> {
    if (!this.#self) throw new Error(`${this.id} does not live`);
    await this.#directory.renew(this.#self, this.#process, this.#announcement(status));
  }

  /** Lets go of a room, as when nobody has been in it for a while. */
  async forget(room: RoomName): Promise<void> {
    await eventually(() => this.host.get(room)?.sessions.empty);
    await this.host.handOver(room, async () => ({ node: "", url: "", epoch: 0 }), 5_000);
    await eventually(() => this.host.get(room) === null);
    await this.claims.release(room);
  }

  /** As after kill -9: sockets reset, nothing listens, nothing more reaches the store. */
  async crash(): Promise<void> {
    this.storeAway = true;
    this.#self = null;
    await this.proxy.close();
  }

  /** The network resets every connection; the process is well. */
  cutLinks(): void {
    this.proxy.reset();
  }

  serves(room: RoomName): boolean {
    return this.claims.held.has(room) && this.host.get(room)?.document != null;
  }

  async move(room: RoomName, to: TestCoordinator): Promise<RoomOwner> {
    const target = (await this.#directory.nodes()).find(({ node }) => node === to.id);
    if (!target) throw new Error(`${to.id} is not listed`);
    // A home that is still loading has nothing to hand over.
    await eventually(() => this.serves(room));
    return await this.host.handOver(room, () => this.claims.transfer(room, target), 5_000);
  }

  async stop(): Promise<void> {
    this.storeAway = false;
    await this.host.close();
    await this.links.close();
    await this.proxy.close();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #announcement(status: Announcement["status"]): Announcement {
    return { url: this.url, status, rooms: 0, sessions: 0, eventLoopLagMs: 0, heapBytes: 0 };
  }

  /** What happens here in answer to `NodeApi`. */
  async #answer(request: StubRequest): Promise<StubAnswer> {
    switch (request.path) {
      case NodeApi.rooms:
        return {
          status: 200,
          body: { rooms: request.order.rooms?.map((room) => this.#describe(room)) },
        };
      case NodeApi.read: {
        const state = await this.host.read(roomOf(request));
        return state ? { status: 200, body: state } : { status: 204 };
      }
      case NodeApi.remove:
        await this.host.remove(roomOf(request));
        return { status: 204 };
      case NodeApi.move: {
        const room = roomOf(request);
        const owner = await this.#directory.lookup(room);
        if (!this.claims.held.has(room)) {
          const elsewhere = this.#cluster.coordinators.find(({ id }) => id === owner?.node);
          const problem = { code: "ELSEWHERE", message: "not here" };
          return {
            status: 409,
            body: elsewhere
              ? {
                  ...problem,
                  owner: { node: elsewhere.id, url: elsewhere.url, epoch: owner?.epoch },
                }
              : problem,
          };
        }
        const target = this.#cluster.coordinators.find(({ id }) => id === request.order.to);
        if (!target) return { status: 404, body: { code: "UNKNOWN_NODE", message: "who?" } };
        const { node, epoch } = await this.move(room, target);
        return { status: 200, body: { from: this.id, to: node, epoch, pausedMs: 1.5 } };
      }
      default:
        return { status: 202, body: {} };
    }
  }

  #describe(name: RoomName): NodeRoom | null {
    const room = this.host.get(name);
    if (!room) return null;
    const { state, durable, home, sessions } = room;
    const status = state === "live" ? "live" : "resting";
    return { status, epoch: home.epoch, sessions: sessions.count, durable };
  }

  #guarded(store: RoomStore): RoomStore {
    const check = (): void => {
      if (this.storeAway) throw new StoreError("UNAVAILABLE", "the store is away");
    };
    return {
      open: async (room) => await store.open(room),
      append: async (batch) => {
        check();
        return await store.append(batch);
      },
      compact: async (...rest) => {
        check();
        await store.compact(...rest);
      },
      remove: async (...rest) => await store.remove(...rest),
      describe: async (room) => await store.describe(room),
      list: async (query) => await store.list(query),
      close: async () => {},
    };
  }
}

/** No primary has changed here. */
function openGate(): ClaimGate {
  const gate = new ClaimGate(LEASE_MS, systemClock, () => {});
  gate.observe({ id: "primary", ageMs: LEASE_MS });
  return gate;
}

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

/** Coordinators, routers and stock clients in this process, with real sockets between them. */
export class ClusterLab {
  readonly store: MemoryStore = new MemoryStore();
  readonly directory: MemoryDirectory;
  readonly coordinators: TestCoordinator[] = [];
  readonly #dead: TestCoordinator[] = [];
  readonly #routers: TestRouter[] = [];
  readonly #clients: { close(): void }[] = [];
  readonly yClients: StockYWebsocket[] = [];
  readonly hocuspocusSockets: StockHocuspocus[] = [];

  readonly primary: MemoryPrimary = new MemoryPrimary(systemClock);

  constructor() {
    this.directory = this.seenBy(MemoryDirectory);
  }

  /** The directory as one client of it sees it. */
  seenBy(View: typeof MemoryDirectory): MemoryDirectory {
    return new View(this.primary, LEASE_MS);
  }

  async coordinator(id: string, limits: Partial<LinkServerLimits> = {}): Promise<TestCoordinator> {
    const coordinator = new TestCoordinator(id, this, limits);
    this.coordinators.push(coordinator);
    await coordinator.start();
    return coordinator;
  }

  async router(overrides: RouterOverrides = {}): Promise<TestRouter> {
    const router = new TestRouter(`r${this.#routers.length}`, this, overrides);
    this.#routers.push(router);
    await router.start();
    return router;
  }

  yWebsocket(
    router: TestRouter,
    room: RoomName,
    options: StockYWebsocketOptions = {},
  ): StockYWebsocket {
    const client = stockYWebsocket(router.url, room, options);
    this.#clients.push(client);
    this.yClients.push(client);
    return client;
  }

  hocuspocus(
    router: TestRouter,
    room: RoomName,
    onUnsynced: (count: number) => void = () => {},
  ): HocuspocusRoom {
    const socket = new StockHocuspocus(router.url);
    this.#clients.push(socket);
    this.hocuspocusSockets.push(socket);
    return socket.room(room, { onUnsynced });
  }

  /** How often any client's socket was closed. */
  get disconnects(): number {
    return [...this.yClients, ...this.hocuspocusSockets].flatMap(({ closes }) => closes).length;
  }

  /** Where the room is at home by what the directory says. */
  async homeOf(room: RoomName): Promise<TestCoordinator> {
    const owner = await this.directory.lookup(room);
    const home = this.coordinators.find(({ id }) => id === owner?.node);
    if (!home) throw new Error(`${room} has no home`);
    return home;
  }

  /** The coordinator that serves the room, once there is one. */
  async serving(room: RoomName): Promise<TestCoordinator> {
    return await eventually(() => this.coordinators.find((each) => each.serves(room)));
  }

  /** Kills a coordinator and starts another process of the same name. */
  async restart(coordinator: TestCoordinator): Promise<void> {
    await coordinator.crash();
    this.#dead.push(...this.coordinators.splice(this.coordinators.indexOf(coordinator), 1));
    await this.coordinator(coordinator.id);
  }

  /** Ends a node's lease, as when it runs out. */
  async bury({ id }: TestCoordinator): Promise<void> {
    const lease = (await this.directory.nodes()).find(({ node }) => node === id);
    if (!lease) throw new Error(`${id} is not listed`);
    await this.directory.declareDead(lease);
  }

  other(than: TestCoordinator): TestCoordinator {
    const other = this.coordinators.find((coordinator) => coordinator !== than);
    if (!other) throw new Error("there is no other coordinator");
    return other;
  }

  /** What a cold start would find. */
  async stored(room: RoomName): Promise<Y.Doc> {
    const { snapshot, tail } = await this.store.open(room);
    const doc = new Y.Doc();
    for (const update of snapshot ? [snapshot, ...tail] : tail) Y.applyUpdate(doc, update);
    return doc;
  }

  async finish(): Promise<void> {
    for (const client of this.#clients) client.close();
    await Promise.all(this.#routers.map((router) => router.stop()));
    const all = [...this.coordinators, ...this.#dead];
    await Promise.all(all.map((coordinator) => coordinator.stop()));
  }
}

/** Two coordinators, `a` and `b`; everything is closed after the test. */
export async function startLab(): Promise<ClusterLab> {
  const lab = new ClusterLab();
  onTestFinished(() => lab.finish());
  await lab.coordinator("a");
  await lab.coordinator("b");
  return lab;
}
