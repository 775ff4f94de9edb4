import { ClusterError, type NodeList, type NodeRecord } from "@homeroom/cluster";
import { type Clock, type NodeDescription, ServiceError } from "@homeroom/room";

interface Listing {
  readonly nodes: ReadonlyMap<string, NodeRecord>;
  /** When it was asked for, on the monotonic clock. */
  readonly at: number;
}

/** The nodes of the cluster, for whoever asks about them: also while the directory is away. */
export class NodeRegister {
  readonly #nodes: NodeList;
  readonly #clock: Pick<Clock, "monotonic">;
  #last: Listing | null = null;

  constructor(nodes: NodeList, clock: Pick<Clock, "monotonic">) {
    this.#nodes = nodes;
    this.#clock = clock;
  }

  /**
   * All nodes, with the ages that their leases have by now. While the directory is away nobody can
   * say who lives: then they are as they were, and their ages grow.
   * @throws ClusterError where the directory is away and was since the start
   */
  async describe(): Promise<readonly NodeDescription[]> {
    const { nodes, at } = await this.#list();
    const since = this.#clock.monotonic() - at;
    return [...nodes.values()].map((record) => ({
      id: record.node,
      incarnation: String(record.incarnation),
      status: record.alive ? record.status : "lost",
      url: record.url,
      rooms: record.alive ? record.rooms : 0,
      sessions: record.alive ? record.sessions : 0,
      eventLoopLagMs: record.eventLoopLagMs,
      heapBytes: record.heapBytes,
      leaseAgeMs: record.leaseAgeMs + since,
    }));
  }

  /**
   * A node whose lease holds.
   * @throws ServiceError `UNKNOWN_NODE`; `CONFLICT` where it is lost
   * @throws ClusterError while the directory is away
   */
  async living(id: string): Promise<NodeRecord> {
    const node = (await this.#nodes.recent()).get(id) ?? (await this.#nodes.refresh()).get(id);
    if (!node) throw new ServiceError("UNKNOWN_NODE", `there is no node ${id} in this cluster`);
    if (!node.alive) {
      throw new ServiceError("CONFLICT", `node ${id} is lost: its lease has run out`);
    }
    return node;
  }

  async #list(): Promise<Listing> {
    const at = this.#clock.monotonic();
    try {
      this.#last = { nodes: await this.#nodes.refresh(), at };
      return this.#last;
    } catch (error) {
      const away = error instanceof ClusterError && error.code === "UNAVAILABLE";
      if (!away || !this.#last) throw error;
      return this.#last;
    }
  }
}
