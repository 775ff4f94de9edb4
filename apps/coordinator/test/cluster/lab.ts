import { randomUUID } from "node:crypto";
import {
  MemoryDirectory,
  MemoryPrimary,
  MemorySharedStore,
  NodeClient,
  type NodeRecord,
  type PrimaryData,
} from "@homeroom/cluster";
import { parseRoomName, type RoomName } from "@homeroom/protocol";
import type { Audience, HomeChannel, Logger, RoomOwner } from "@homeroom/room";
import { silentMeter, systemClock } from "@homeroom/room";
import { LevelStore } from "@homeroom/store-level";
import { eventually, type TempDir, tempDir } from "@homeroom/testkit";
import { onTestFinished } from "vitest";
import * as Y from "yjs";
import {
  ClusterCoordinator,
  type ClusterCoordinatorOptions,
  createNodeServer,
  type NodeServer,
} from "../../src/index.js";

export const SECRET = "the secret of this cluster";
export const TTL_MS = 600;

export const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

export function roomName(text: string): RoomName {
  const room = parseRoomName(text);
  if (!room) throw new Error(`not a room name: ${text}`);
  return room;
}

/** A coordinator with its own disk and its own HTTP server. */
export interface TestNode {
  readonly id: string;
  readonly url: string;
  readonly coordinator: ClusterCoordinator;
  /** Its disk. */
  readonly directory: TempDir;
  close(drainMs?: number): Promise<void>;
  /** Closes it, and leaves its disk. */
  stop(): Promise<void>;
}

type NodeOptions = Partial<
  Pick<ClusterCoordinatorOptions, "onLeaseLoss" | "rebalancePerMinute" | "limits" | "roomLimits">
>;

/** Coordinators in this process around one directory and one shared store, which tests disturb. */
export class ClusterLab {
  readonly primary = new MemoryPrimary(systemClock);
  readonly client = new NodeClient({ secret: SECRET, clock: systemClock });
  readonly #directory = new MemoryDirectory(this.primary, TTL_MS);
  readonly #nodes = new Set<TestNode>();

  constructor() {
    // Known for so long that no claim has to wait.
    this.primary.data.noticed = { process: 1, at: Date.now() - 60_000 };
    onTestFinished(async () => {
      this.primary.fault = () => null;
      await Promise.all([...this.#nodes].map((node) => node.close(0)));
      await this.client.close();
    });
  }

  async start(id: string, options: NodeOptions = {}, disk?: TempDir): Promise<TestNode> {
    const directory = disk ?? (await tempDir());
    const local = await LevelStore.open({
      directory: directory.path,
      durability: "process",
      logger: silent,
    });
    let url = "";
    const coordinator: ClusterCoordinator = new ClusterCoordinator({
      node: { id, process: randomUUID(), url: () => url },
      directory: new MemoryDirectory(this.primary, TTL_MS),
      shared: new MemorySharedStore(this.primary),
      local,
      secret: SECRET,
      leaseTtlMs: TTL_MS,
      onLeaseLoss: "continue",
      rebalancePerMinute: 0,
      clock: systemClock,
      random: () => 0.5,
      logger: silent,
      meter: silentMeter,
      figures: { eventLoopLagMs: () => 1, heapBytes: () => 2 },
      ...options,
    });
    const server: NodeServer = createNodeServer({
      coordinator,
      node: id,
      host: "127.0.0.1",
      port: 0,
      metricsPort: null,
      secret: SECRET,
      readiness: async () => ({ ready: true, checks: [] }),
      metrics: async () => ({ contentType: "text/plain", body: "homeroom_up 1\n" }),
      logger: silent,
    });
    url = `http://127.0.0.1:${await server.listen()}`;
    coordinator.join();
    const node: TestNode = {
      id,
      url,
      coordinator,
      directory,
      close: async (drainMs = 0) => {
        this.#nodes.delete(node);
        await coordinator.close(drainMs);
        await server.close();
        await directory.close();
      },
      stop: async () => {
        this.#nodes.delete(node);
        await coordinator.close(0);
        await server.close();
      },
    };
    this.#nodes.add(node);
    await eventually(() => coordinator.membership.incarnation !== null);
    return node;
  }

  async nodes(): Promise<readonly NodeRecord[]> {
    return await this.#directory.nodes();
  }

  async record(id: string): Promise<NodeRecord | undefined> {
    return (await this.nodes()).find(({ node }) => node === id);
  }

  async declareDead(node: TestNode): Promise<void> {
    const { incarnation } = node.coordinator.membership;
    if (incarnation !== null) await this.#directory.declareDead({ node: node.id, incarnation });
  }

  /** Every request is lost until `heal`. */
  cutRedis(): void {
    this.primary.fault = () => "before";
  }

  heal(): void {
    this.primary.fault = () => null;
  }

  /** Another process steps in, with these data or with none. */
  replacePrimary(data: PrimaryData | null): void {
    this.primary.restart(data);
  }

  stored(room: RoomName): string {
    const kept = this.primary.data.rooms.get(room);
    const updates = [
      ...(kept?.snapshot ? [kept.snapshot.bytes] : []),
      ...(kept?.records.flatMap(({ updates }) => updates) ?? []),
    ];
    return textOf(updates);
  }
}

/** Somebody who writes in a room on one node, and notes what the home says. */
export class Visitor implements Audience {
  readonly doc = new Y.Doc();
  readonly moves: (RoomOwner | null)[] = [];
  readonly epochs: number[] = [];
  settledUpTo = 0;
  upTo: Uint8Array | null | undefined;
  #sent = 0;
  readonly #channel: HomeChannel;

  constructor(node: TestNode, room: RoomName) {
    this.#channel = node.coordinator.host.subscribe(room, this);
    this.#channel.join(1, "write", true);
    this.doc.on("update", (update: Uint8Array, origin: unknown) => {
      if (origin !== this) this.#channel.update(1, ++this.#sent, "update", update);
    });
  }

  write(words: string): number {
    const text = this.doc.getText("text");
    text.insert(text.length, words);
    return this.#sent;
  }

  /** Writes, and waits until it is durable. */
  async save(words: string): Promise<void> {
    const number = this.write(words);
    await eventually(() => this.settledUpTo >= number, { message: `"${words}" is durable` });
  }

  leave(): void {
    this.#channel.unsubscribe();
  }

  opened(epoch: number): void {
    this.epochs.push(epoch);
  }
  broadcastUpdate(update: Uint8Array): void {
    Y.applyUpdate(this.doc, update, this);
  }
  broadcastAwareness(): void {}
  sync(): void {}
  awareness(): void {}
  settled(_session: number, number: number): void {
    this.settledUpTo = number;
  }
  refused(): void {}
  probe(): void {}
  close(): void {}
  moved(to: RoomOwner | null, upTo: Uint8Array | null): void {
    this.moves.push(to);
    this.upTo = upTo;
  }
}

export function textOf(updates: readonly Uint8Array[]): string {
  const doc = new Y.Doc();
  for (const update of updates) Y.applyUpdate(doc, update);
  return doc.getText("text").toString();
}
