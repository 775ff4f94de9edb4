import type { Clock } from "@homeroom/room";
import type { Directory, NodeRecord } from "./directory.js";

/**
 * The nodes as last listed. An old list errs on one side only: an incarnation that it calls dead
 * is dead for ever [N3], so it may be acted upon; a node that it does not know asks for a new one.
 */
export class NodeList {
  readonly #directory: Directory;
  readonly #clock: Clock;
  readonly #maxAgeMs: number;
  #nodes: ReadonlyMap<string, NodeRecord> = new Map();
  #listedAt = Number.NEGATIVE_INFINITY;
  #underWay: Promise<ReadonlyMap<string, NodeRecord>> | null = null;

  /** @param maxAgeMs how old a list `recent` may give; a quarter of the lease's TTL is sensible */
  constructor(directory: Directory, clock: Clock, maxAgeMs: number) {
    this.#directory = directory;
    this.#clock = clock;
    this.#maxAgeMs = maxAgeMs;
  }

  /** By node id, without asking; empty before the first listing. */
  get current(): ReadonlyMap<string, NodeRecord> {
    return this.#nodes;
  }

  /** Asks the directory only where the last list is too old. */
  async recent(): Promise<ReadonlyMap<string, NodeRecord>> {
    const age = this.#clock.monotonic() - this.#listedAt;
    return age <= this.#maxAgeMs ? this.#nodes : await this.refresh();
  }

  /** Asks the directory; callers at the same time share one request. */
  async refresh(): Promise<ReadonlyMap<string, NodeRecord>> {
    this.#underWay ??= this.#list().finally(() => {
      this.#underWay = null;
    });
    return await this.#underWay;
  }

  async #list(): Promise<ReadonlyMap<string, NodeRecord>> {
    const askedAt = this.#clock.monotonic();
    const nodes = await this.#directory.nodes();
    this.#nodes = new Map(nodes.map((node) => [node.node, node]));
    this.#listedAt = askedAt;
    return this.#nodes;
  }
}
