import {
  type Announcement,
  type ClaimOutcome,
  ClusterError,
  type Directory,
  type NodeIncarnation,
  type NodeRecord,
  type OwnerRecord,
  type Registration,
  type Renewal,
} from "@homeroom/cluster";
import type { RoomName } from "@homeroom/protocol";
import { type Client, groupByServer, replies } from "./client.js";
import { toClusterError } from "./errors.js";
import { clusterKeys, keysOf } from "./keys.js";
import type { Primaries } from "./primaries.js";
import type { ClaimReply } from "./scripts.js";

export interface RedisDirectoryOptions {
  /** For leases alone. */
  readonly leases: Client;
  readonly owners: Client;
  readonly primaries: Primaries;
  readonly leaseTtlMs: number;
}

/** A room that holds nothing, or that was removed, is remembered for 30 days. */
export const rememberEmptyMs: number = 30 * 24 * 3_600_000;

const { nodes, primary } = clusterKeys;
const ownerFields = ["node", "incarnation", "epoch", "state"] as const;

/** The directory in Redis: leases in one hash, and an owner's record per room. */
export class RedisDirectory implements Directory {
  readonly #leases: Client;
  readonly #owners: Client;
  readonly #primaries: Primaries;
  readonly #ttlMs: number;
  #closed = false;

  constructor({ leases, owners, primaries, leaseTtlMs }: RedisDirectoryOptions) {
    this.#leases = leases;
    this.#owners = owners;
    this.#primaries = primaries;
    this.#ttlMs = leaseTtlMs;
  }

  register(
    node: string,
    process: string,
    previous: number | null,
    announcement: Announcement,
  ): Promise<Registration> {
    return this.#run(async () => {
      const reply = await this.#leases.registerNode(
        ...[nodes, primary, node, process, previous ?? 0, this.#ttlMs],
        JSON.stringify(announcement),
      );
      switch (reply[0]) {
        case "registered":
          return {
            status: "registered",
            incarnation: reply[1],
            primary: { id: reply[2], ageMs: reply[3] },
          };
        case "taken":
          return { status: "taken", by: reply[1] };
      }
    });
  }

  renew(
    { node, incarnation }: NodeIncarnation,
    process: string,
    announcement: Announcement,
  ): Promise<Renewal> {
    return this.#run(async () => {
      const reply = await this.#leases.renewNode(
        ...[nodes, primary, node, incarnation, process, this.#ttlMs, JSON.stringify(announcement)],
      );
      switch (reply[0]) {
        case "renewed":
          return { status: "renewed", primary: { id: reply[1], ageMs: reply[2] } };
        case "lapsed":
          return { status: "lapsed" };
        case "superseded":
          return { status: "superseded", by: reply[1] };
      }
    });
  }

  resign({ node, incarnation }: NodeIncarnation): Promise<void> {
    return this.#run(async () => {
      await this.#leases.resignNode(nodes, node, incarnation);
    });
  }

  declareDead({ node, incarnation }: NodeIncarnation): Promise<boolean> {
    return this.#run(
      async () => (await this.#leases.declareNodeDead(nodes, node, incarnation)) === 1,
    );
  }

  nodes(): Promise<readonly NodeRecord[]> {
    return this.#run(async () => {
      const listed = await this.#owners.listNodes(nodes);
      return listed
        .map(([node, incarnation, alive, leaseAgeMs, announcement]) => ({
          ...(JSON.parse(announcement) as Announcement),
          node,
          incarnation,
          alive: alive === 1,
          leaseAgeMs,
        }))
        .sort((a, b) => (a.node < b.node ? -1 : 1));
    });
  }

  lookup(room: RoomName): Promise<OwnerRecord | null> {
    return this.#run(async () => {
      return toOwner(await this.#owners.hmget(keysOf(room).owner, ...ownerFields));
    });
  }

  lookupAll(rooms: readonly RoomName[]): Promise<readonly (OwnerRecord | null)[]> {
    return this.#run(async () => {
      const keys = rooms.map((room, index) => ({ index, key: keysOf(room).owner }));
      const owners: (OwnerRecord | null)[] = rooms.map(() => null);
      const ask = async (group: readonly (typeof keys)[number][]): Promise<void> => {
        const pipeline = this.#owners.pipeline();
        for (const { key } of group) pipeline.hmget(key, ...ownerFields);
        for (const [place, reply] of (await replies(this.#owners, pipeline)).entries()) {
          if (!reply.ok) throw reply.error;
          const index = group[place]?.index;
          if (index !== undefined) owners[index] = toOwner(reply.value as (string | null)[]);
        }
      };
      await Promise.all(groupByServer(this.#owners, keys, ({ key }) => key).map(ask));
      return owners;
    });
  }

  claim(
    room: RoomName,
    { node, incarnation }: NodeIncarnation,
    previous: OwnerRecord | null,
  ): Promise<ClaimOutcome> {
    return this.#run(async () => {
      await this.#knowPrimaries();
      const { owner, stream, snapshot } = keysOf(room);
      const succeeds = [previous?.epoch ?? 0, previous?.incarnation ?? 0];
      return toOutcome(
        await this.#owners.claimRoom(owner, stream, snapshot, node, incarnation, ...succeeds),
      );
    });
  }

  reassert(room: RoomName, record: OwnerRecord): Promise<ClaimOutcome> {
    return this.#run(async () => {
      const { owner, stream, snapshot } = keysOf(room);
      const { node, incarnation, epoch, state } = record;
      return toOutcome(
        await this.#owners.reassertRoom(owner, stream, snapshot, node, incarnation, epoch, state),
      );
    });
  }

  release(room: RoomName, { epoch }: OwnerRecord): Promise<boolean> {
    return this.#run(async () => {
      const { owner, stream, snapshot } = keysOf(room);
      const released = await this.#owners.releaseRoom(
        ...[owner, stream, snapshot, epoch, rememberEmptyMs],
      );
      return released === 1;
    });
  }

  /** See `RedisConnection`. */
  declareNoHomes(): Promise<void> {
    return this.#run(async () => {
      await this.#leases.declareNoHomes(primary);
    });
  }

  /** The connections are closed by whoever opened them. */
  async close(): Promise<void> {
    this.#closed = true;
  }

  /**
   * A claim is not made on a server that has just taken over: the caller is to hear of that first,
   * and to wait.
   */
  async #knowPrimaries(): Promise<void> {
    const before = this.#primaries.changes;
    await this.#primaries.known();
    if (this.#primaries.changes === before) return;
    throw new ClusterError("UNAVAILABLE", "another Redis process has taken over; try again");
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new ClusterError("CLOSED", "the directory was closed");
    try {
      return await work();
    } catch (error) {
      throw toClusterError(error);
    }
  }
}

const toOwner = ([node, incarnation, epoch, state]: (string | null)[]): OwnerRecord | null =>
  node && incarnation && epoch && (state === "held" || state === "released")
    ? { node, incarnation: Number(incarnation), epoch: Number(epoch), state }
    : null;

const toOutcome = ([claimed, node, incarnation, epoch, state]: ClaimReply): ClaimOutcome => ({
  claimed: claimed === 1,
  owner: { node, incarnation, epoch, state },
});
