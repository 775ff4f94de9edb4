import type { Logger } from "@homeroom/room";
import { Cluster, type Redis } from "ioredis";
import type { Client } from "./client.js";

/**
 * Notices that another server process has taken the place of one that we knew: it was restarted, or
 * a replica was promoted. Either may lack what the one before had accepted.
 */
export class Primaries {
  readonly #logger: Logger;
  readonly #onChange: () => void;
  /** The process at each address that has keys; a single server's address does not matter. */
  readonly #processes = new Map<string, string>();
  readonly #watched = new WeakSet<Redis>();
  readonly #asking = new Set<Promise<void>>();
  #changes = 0;

  constructor(client: Client, logger: Logger, onChange: () => void) {
    this.#logger = logger;
    this.#onChange = onChange;
    if (client instanceof Cluster) {
      for (const event of ["ready", "refresh"]) client.on(event, () => this.#look(client));
    } else client.on("ready", () => this.#ask("", client, this.#processes.size === 0));
  }

  /** Rises with each change. */
  get changes(): number {
    return this.#changes;
  }

  /** Resolves once every server that we are connected to is known. */
  async known(): Promise<void> {
    while (this.#asking.size > 0) await Promise.all(this.#asking);
  }

  /** Asks the servers of a Redis Cluster that have keys, and each again when it is back. */
  #look(cluster: Cluster): void {
    // Its servers are not to be talked to before: it is still finding them.
    if (cluster.status !== "ready") return;
    const addresses = withKeys(cluster);
    for (const address of this.#processes.keys()) {
      if (!addresses.has(address)) this.#processes.delete(address);
    }
    const isFirst = this.#processes.size === 0;
    for (const server of cluster.nodes("all")) {
      const address = `${server.options.host}:${server.options.port}`;
      if (!addresses.has(address)) continue;
      if (!this.#processes.has(address)) this.#ask(address, server, isFirst);
      if (this.#watched.has(server)) continue;
      this.#watched.add(server);
      server.on("ready", () => {
        if (withKeys(cluster).has(address)) this.#ask(address, server, false);
      });
    }
  }

  #ask(address: string, server: Redis, isFirst: boolean): void {
    const asking = this.#learn(address, server, isFirst)
      .catch((error: unknown) => {
        this.#logger.warn({ err: error, address }, "Redis does not say which process it is");
      })
      .finally(() => this.#asking.delete(asking));
    this.#asking.add(asking);
  }

  async #learn(address: string, server: Redis, isFirst: boolean): Promise<void> {
    const process = /run_id:(\w+)/.exec(await server.info("server"))?.[1] ?? "";
    const before = this.#processes.get(address);
    this.#processes.set(address, process);
    if (process === before || (before === undefined && isFirst)) return;
    this.#changes++;
    this.#logger.warn({ address, process, before }, "another Redis process has taken over");
    this.#onChange();
  }
}

/** The addresses of the servers that have slots as primaries. */
const withKeys = (cluster: Cluster): ReadonlySet<string> =>
  new Set(cluster.slots.flatMap(([address]) => address ?? []));
