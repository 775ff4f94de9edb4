import { ClusterError, type Directory, NodeList, type NodeRecord } from "@homeroom/cluster";
import { type Clock, type NodeDescription, ServiceError } from "@homeroom/room";

/** The nodes of the cluster, for whoever asks about them: also while the directory is away. */
export class NodeRegister extends NodeList {
  readonly #clock: Clock;
  /** Of the request that is under way, and of the last list, on the monotonic clock. */
  #askedAt: number | null = null;
  #listedAt: number | null = null;

  constructor(directory: Directory, clock: Clock, maxAgeMs: number) {
    super(directory, clock, maxAgeMs);
    this.#clock = clock;
  }

  override async refresh(): Promise<ReadonlyMap<string, NodeRecord>> {
    this.#askedAt ??= this.#clock.monotonic();
    const at = this.#askedAt;
    try {
      const nodes = await super.refresh();
      this.#listedAt = at;
      return nodes;
    } finally {
      this.#askedAt = null;
    }
  }

  /**
   * All nodes, with the ages that their leases have by now. While the directory is away nobody can
   * say who lives: then they are as they were, and their ages grow.
   * @throws ClusterError where the directory is away and was since the start
   */
  async describe(): Promise<readonly NodeDescription[]> {
    try {
      await this.refresh();
    } catch (error) {
      const away = error instanceof ClusterError && error.code === "UNAVAILABLE";
      if (!away || this.#listedAt === null) throw error;
    }
    const since = this.#clock.monotonic() - (this.#listedAt ?? 0);
    return [...this.current.values()].map((record) => ({
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
    const node = (await this.refresh()).get(id);
    if (!node) throw new ServiceError("UNKNOWN_NODE", `there is no node ${id} in this cluster`);
    if (!node.alive) {
      throw new ServiceError("CONFLICT", `node ${id} is lost: its lease has run out`);
    }
    return node;
  }
}
