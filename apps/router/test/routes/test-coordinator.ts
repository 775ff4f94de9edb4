import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type Announcement,
  ClaimGate,
  Claims,
  type Directory,
  type NodeIncarnation,
  NodeList,
} from "@homeroom/cluster";
import { registered } from "@homeroom/cluster/contract";
import { createLinkServer, type LinkServer, type LinkServerLimits } from "@homeroom/coordinator";
import { NodeApi, type NodeRoom, type RoomName } from "@homeroom/protocol";
import {
  RoomHost,
  type RoomOwner,
  type RoomStore,
  StoreError,
  silentMeter,
  systemClock,
} from "@homeroom/room";
import { eventually, FaultProxy } from "@homeroom/testkit";
import { NodeStub, roomOf, type StubAnswer, type StubRequest } from "../cluster/node-stub.js";
import { RecordingLogger } from "../support/recording.js";
import type { ClusterLab } from "./lab.js";
import { LEASE_MS, SECRET } from "./names.js";

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
    const { id: node } = this;
    const announcement = this.#announcement("active");
    const { incarnation } = await registered(this.#directory, node, this.#process, announcement);
    this.#self = { node, incarnation };
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
