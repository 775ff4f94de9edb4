import {
  type CopyStore,
  type Directory,
  type LeaseLossPolicy,
  NodeClient,
  ReplicatedStore,
  type SharedStore,
} from "@homeroom/cluster";
import type { RoomName } from "@homeroom/protocol";
import {
  type Clock,
  type HomeClaims,
  type Logger,
  type Meter,
  RoomHost,
  type RoomLimits,
  type RoomOwner,
} from "@homeroom/room";
import { createLinkServer, type LinkServer } from "../link/link-server.js";
import type { LinkMeter } from "../link/meter.js";
import type { ProcessFigures } from "../local-service.js";
import { Bequests } from "./bequests.js";
import { Drainage } from "./drainage.js";
import type { ReachFailpoint } from "./failpoint.js";
import { noFailpoints } from "./failpoint.js";
import { type ClusterLimits, defaultClusterLimits } from "./limits.js";
import { Membership } from "./membership.js";
import { Moves } from "./moves.js";
import { Rebalancing } from "./rebalancing.js";
import { Restoration } from "./restoration.js";
import { Verification } from "./verification.js";

export interface ClusterCoordinatorOptions {
  readonly node: {
    readonly id: string;
    /** Names this process, as no other is named: a random UUID. */
    readonly process: string;
    /** Where routers connect to; known once this process listens. */
    readonly url: () => string;
  };
  readonly directory: Directory;
  readonly shared: SharedStore;
  /** Owned by the coordinator from here on, like `shared`: it closes both. */
  readonly local: CopyStore;
  /** The cluster's; null: anybody on this machine is trusted. */
  readonly secret: string | null;
  readonly leaseTtlMs: number;
  readonly onLeaseLoss: LeaseLossPolicy;
  /** Moves a minute that even out the load; 0 switches it off. */
  readonly rebalancePerMinute: number;
  readonly clock: Clock;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
  readonly logger: Logger;
  readonly meter: Meter;
  readonly linkMeter?: LinkMeter;
  readonly figures: ProcessFigures;
  readonly roomLimits?: Partial<RoomLimits>;
  readonly limits?: Partial<ClusterLimits>;
  readonly failpoint?: ReachFailpoint;
}

/** One of several processes that are home to rooms. */
export class ClusterCoordinator {
  readonly host: RoomHost;
  readonly links: LinkServer;
  readonly membership: Membership;
  readonly moves: Moves;
  readonly drainage: Drainage;
  readonly store: ReplicatedStore;
  readonly #rebalancing: Rebalancing;
  readonly #verification: Verification;
  readonly #peers: NodeClient;
  readonly #restoration: Restoration;
  readonly #bequests: Bequests;
  /** What the store lost while this process was not running is found out once, at the start. */
  #verifiedBefore = false;
  #closing: Promise<void> | null = null;

  constructor(options: ClusterCoordinatorOptions) {
    const { node, directory, shared, local, secret, clock, random, logger, meter } = options;
    const limits = { ...defaultClusterLimits, ...options.limits };
    const common = { clock, logger, limits };

    this.membership = new Membership({
      ...{ directory, clock, random, logger },
      node: node.id,
      process: node.process,
      ttlMs: options.leaseTtlMs,
      policy: options.onLeaseLoss,
      announce: () => ({
        url: node.url(),
        status: this.drainage.draining ? "draining" : "active",
        ...this.host.load,
        eventLoopLagMs: options.figures.eventLoopLagMs(),
        heapBytes: options.figures.heapBytes(),
      }),
      onDoubt: (emptied) => this.#verification.request(emptied),
      onChange: () => this.host.reconsider(),
    });
    const { claims, nodes } = this.membership;

    this.store = new ReplicatedStore({
      ...{ local, shared, logger },
      homeOf: (room) => claims.homeOf(room),
      needsSnapshot: (room) => this.host.requestSnapshot(room),
      found: (room, update) => this.#apply(room, update, logger),
    });
    this.host = new RoomHost({
      ...{ clock, logger, meter },
      store: this.store,
      claims: this.#homeClaims(),
      limits: options.roomLimits ?? {},
    });
    const peers = new NodeClient({ secret, clock, limits: { workMs: limits.prepareMs } });
    this.#peers = peers;
    this.#bequests = new Bequests({
      ...common,
      ...{ node: node.id, claims, peers },
      write: (room, update) => this.host.write(room, update),
    });
    this.#verification = new Verification({
      ...{ ...common, claims, store: this.store },
      lost: (room, owner, emptied) => this.#lost(room, owner, emptied),
      verified: (emptied) => {
        this.host.reconsider();
        if (emptied || !this.#verifiedBefore) this.#restoration.request();
        this.#verifiedBefore = true;
      },
    });
    const failpoint = options.failpoint ?? noFailpoints;
    const { host } = this;
    this.#restoration = new Restoration({
      ...{ ...common, local, shared, host, bequests: this.#bequests },
    });
    this.moves = new Moves({ ...common, node: node.id, host, claims, nodes, peers, failpoint });
    this.drainage = new Drainage({
      ...{ ...common, node: node.id, host, nodes, moves: this.moves },
      announce: () => this.membership.announceNow(),
    });
    this.#rebalancing = new Rebalancing({
      ...{ ...common, node: node.id, host, nodes, moves: this.moves },
      perMinute: options.rebalancePerMinute,
      everyMs: options.leaseTtlMs,
      mayMove: () => !this.drainage.draining && this.membership.incarnation !== null,
    });
    this.links = createLinkServer({
      ...{ homes: host, clock, logger },
      node: { id: node.id, incarnation: () => this.membership.incarnation },
      secret: secret ?? { anybodyOnLoopback: true },
      ...(options.linkMeter && { meter: options.linkMeter }),
    });
  }

  /** Takes its place in the cluster. To be called when this process listens. */
  join(): void {
    this.membership.join();
    this.#rebalancing.start();
  }

  /** Whether claims or copies are in doubt, and being verified. */
  get verifying(): boolean {
    return this.#verification.pending;
  }

  /** Whether rooms that nobody has open are being given back to a store that lost them. */
  get restoring(): boolean {
    return this.#restoration.pending;
  }

  /** Bytes of lost rooms that wait to be given to their new homes. */
  get bequestBytes(): number {
    return this.#bequests.bytes;
  }

  /** Another server than the one that keeps the leases has been replaced. */
  primaryChanged(): void {
    this.membership.primaryChanged();
  }

  /**
   * Moves all rooms away, for `drainMs` at the most; makes durable what the others took, tells the
   * routers, ends the lease and closes the stores. Idempotent.
   */
  close(drainMs: number): Promise<void> {
    this.#closing ??= this.#close(drainMs);
    return this.#closing;
  }

  async #close(drainMs: number): Promise<void> {
    this.#rebalancing.close();
    if (this.host.load.rooms > 0 && this.membership.incarnation !== null) {
      await this.drainage.emptied(drainMs);
    }
    this.drainage.close();
    this.#verification.close();
    this.#restoration.close();
    await this.host.close();
    await this.links.close();
    this.#bequests.close();
    await this.#peers.close();
    await this.membership.leave();
    await this.store.close();
  }

  #homeClaims(): HomeClaims {
    const { claims } = this.membership;
    return {
      claim: (room) => claims.claim(room),
      release: async (room) => {
        this.store.forget(room);
        await claims.release(room);
      },
      fenced: (room, home, state) => {
        claims.lost(room, home.epoch);
        this.store.forget(room);
        this.#bequests.give(room, state);
      },
      takesEdits: (room) => this.membership.takesEdits(room),
    };
  }

  /** The directory says that the room has another home. */
  #lost(room: RoomName, owner: RoomOwner | null, emptied: boolean): void {
    const held = this.host.get(room);
    // What the store had accepted it still has, unless it is another one now.
    const state = held && (emptied || !held.durable) ? held.encode() : null;
    this.host.lost(room, owner);
    this.store.forget(room);
    if (state) this.#bequests.give(room, state);
  }

  /** The shared store holds what this home's document lacks. */
  #apply(room: RoomName, update: Uint8Array, logger: Logger): void {
    this.host.write(room, update).catch((error: unknown) => {
      logger.error({ err: error, room }, "what the store was found to hold was not applied");
    });
  }
}
