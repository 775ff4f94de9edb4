import type { RoomName } from "@homeroom/protocol";

/**
 * One life of a node: from its registration to its end. The directory gives the number, and a
 * later life of the same node has a higher one.
 */
export interface NodeIncarnation {
  readonly node: string;
  readonly incarnation: number;
}

/** What a node says of itself with every renewal of its lease. */
export interface Announcement {
  /** Where routers connect to. */
  readonly url: string;
  /** A draining node is home to its rooms and is given no others. */
  readonly status: "active" | "draining";
  readonly rooms: number;
  readonly sessions: number;
  readonly eventLoopLagMs: number;
  readonly heapBytes: number;
}

/** A node as the directory lists it: the living, and those that died within the last hour. */
export interface NodeRecord extends NodeIncarnation, Announcement {
  /** Whether the lease holds. Once false it stays false for this incarnation [N3]. */
  readonly alive: boolean;
  /** Milliseconds since the last renewal, by the directory's clock. */
  readonly leaseAgeMs: number;
}

/** The process that keeps the directory's data, in place of which another may step. */
export interface Primary {
  /** Changes with each restart and each failover. */
  readonly id: string;
  /** Milliseconds since any node first noticed this primary. */
  readonly ageMs: number;
}

export type Registration =
  | { readonly status: "registered"; readonly incarnation: number; readonly primary: Primary }
  /** Another process of this node lives, under a later incarnation than the caller knew of. */
  | { readonly status: "taken"; readonly by: number };

export type Renewal =
  | { readonly status: "renewed"; readonly primary: Primary }
  /** The lease ran out, was declared dead or is unknown: rooms may have been claimed meanwhile. */
  | { readonly status: "lapsed" }
  /** Another process has registered a later incarnation of this node. */
  | { readonly status: "superseded"; readonly by: number };

/**
 * Who is, or was last, home to a room. It has no time to live: while it is `held` it is valid as
 * long as the lease of this incarnation of its node [see `homeOf`].
 */
export interface OwnerRecord extends NodeIncarnation {
  readonly epoch: number;
  readonly state: "held" | "released";
}

export type ClaimOutcome =
  | { readonly claimed: true; readonly owner: OwnerRecord }
  /** Somebody has claimed the room since; `owner` is the newest claim. */
  | { readonly claimed: false; readonly owner: OwnerRecord };

/**
 * Who is home. Numbers in brackets are those of SPEC.md, proven for every implementation by
 * `directoryContract`. Each method is one atomic step, is bounded in time, and rejects with a
 * `ClusterError` (`UNAVAILABLE`, `CLOSED`); after `UNAVAILABLE` it may have taken effect.
 *
 * It keeps no list of the rooms of a node: a home knows its rooms, and nobody else needs them all.
 */
export interface Directory {
  /**
   * Compare-and-set: begins a new incarnation of the node, which supersedes any earlier one at once
   * [N1, N2], unless another process of it lives under a later one than `previous` (null: none is
   * known). So a request that arrives late, when its process has ended and another one has followed,
   * does no harm [N10].
   * @param process names the process that asks, as no other is named: while its lease holds it is
   *   given the incarnation that it has, however often it asks [N9]
   */
  register(
    node: string,
    process: string,
    previous: number | null,
    announcement: Announcement,
  ): Promise<Registration>;
  /** Prolongs the lease by one TTL [N3–N5]. @param process the one that registered it */
  renew(self: NodeIncarnation, process: string, announcement: Announcement): Promise<Renewal>;
  /** Ends the lease in good order; nothing where it is not this incarnation's [N6]. */
  resign(self: NodeIncarnation): Promise<void>;
  /** Ends the lease of another node. @returns whether it was alive [N7] */
  declareDead(node: NodeIncarnation): Promise<boolean>;
  /** The living, and those that died within the last hour, ordered by name [N8]. */
  nodes(): Promise<readonly NodeRecord[]>;

  lookup(room: RoomName): Promise<OwnerRecord | null>;
  /** One answer per room, in order. */
  lookupAll(rooms: readonly RoomName[]): Promise<readonly (OwnerRecord | null)[]>;
  /**
   * Compare-and-set: makes `claimant` home unless somebody has claimed the room since `previous`
   * (null: since ever), and fences the journal of every home before [O1–O4]. Whoever calls has
   * made sure that `previous` is not home any more, or is `previous` and hands the room over.
   */
  claim(
    room: RoomName,
    claimant: NodeIncarnation,
    previous: OwnerRecord | null,
  ): Promise<ClaimOutcome>;
  /**
   * Puts a home's own claim back, under the same epoch, where the directory has lost it or names
   * an earlier incarnation; unless somebody has claimed the room since [O5, O6].
   */
  reassert(room: RoomName, owner: OwnerRecord): Promise<ClaimOutcome>;
  /** Gives the room up; the record stays as its last home. @returns whether it was held [O7] */
  release(room: RoomName, owner: OwnerRecord): Promise<boolean>;

  /** Releases connections; idempotent. The lease is left alone. */
  close(): Promise<void>;
}
