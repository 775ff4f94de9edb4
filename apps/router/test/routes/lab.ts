import { MemoryDirectory, MemoryPrimary } from "@homeroom/cluster";
import type { LinkServerLimits } from "@homeroom/coordinator";
import type { RoomName } from "@homeroom/protocol";
import { MemoryStore, systemClock } from "@homeroom/room";
import {
  eventually,
  type HocuspocusRoom,
  StockHocuspocus,
  type StockYWebsocket,
  type StockYWebsocketOptions,
  stockYWebsocket,
} from "@homeroom/testkit";
import { onTestFinished } from "vitest";
import * as Y from "yjs";

import { LEASE_MS } from "./names.js";
import { TestCoordinator } from "./test-coordinator.js";
import { type RouterOverrides, TestRouter } from "./test-router.js";

export { roomName } from "./names.js";
export type { TestCoordinator } from "./test-coordinator.js";
export type { RouterOverrides, TestRouter } from "./test-router.js";

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
