import {
  ClusterError,
  candidates,
  type Directory,
  homeOf,
  type NodeList,
  type NodeRecord,
  place,
} from "@homeroom/cluster";
import type { RoomName } from "@homeroom/protocol";
import { type Clock, type Logger, type RoomOwner, ServiceError, type Timer } from "@homeroom/room";
import type { LinkClient, LinkTarget } from "./link-client.js";
import { LinkError } from "./link-error.js";
import type { Links } from "./links.js";

export interface HomeFinderOptions {
  readonly directory: Pick<Directory, "lookup" | "declareDead">;
  readonly nodes: NodeList;
  readonly links: Links;
  readonly clock: Clock;
  readonly logger: Logger;
  /** While a node does not answer, how often the directory is asked whether it lives. */
  readonly watchMs: number;
  /** Homes that are remembered, for when the directory is away. */
  readonly maxRemembered: number;
}

/** Nodes that may turn out to be dead before the caller is told to come again. */
const ATTEMPTS = 3;

/** Where a room is at home, or is to be: and the link to that node. */
export class HomeFinder {
  readonly #options: HomeFinderOptions;
  readonly #burials = new WeakMap<LinkClient, Promise<void>>();
  /** Where rooms were last served, the latest last. */
  readonly #remembered = new Map<RoomName, LinkTarget>();

  constructor(options: HomeFinderOptions) {
    this.#options = options;
  }

  /**
   * An open link to the room's home; where it has none, to the node that every router would choose
   * and that claims it when asked. `hint` is where the room is said to have gone.
   * @throws ServiceError `NO_HOME` where no node lives
   * @throws LinkError where the node cannot be reached
   * @throws ClusterError where the directory is away, and was when the room was last served
   */
  async find(room: RoomName, hint: RoomOwner | null): Promise<LinkClient> {
    let target: LinkTarget = hint ?? (await this.#locate(room));
    for (let attempt = 1; ; attempt++) {
      const link = this.#options.links.to(target);
      try {
        await this.#answered(link);
        return link;
      } catch (error) {
        if (!(error instanceof LinkError) || error.code !== "REFUSED") throw error;
        await this.#bury(link);
        if (attempt === ATTEMPTS) throw error;
        target = await this.#locate(room);
      }
    }
  }

  /** The room is served there. */
  remember(room: RoomName, target: LinkTarget): void {
    this.#remembered.delete(room);
    this.#remembered.set(room, target);
    if (this.#remembered.size <= this.#options.maxRemembered) return;
    const oldest = this.#remembered.keys().next();
    if (!oldest.done) this.#remembered.delete(oldest.value);
  }

  /** While the directory is away nothing moves: a room is where it was, or nowhere. */
  async #locate(room: RoomName): Promise<LinkTarget> {
    try {
      return await this.#ask(room);
    } catch (error) {
      const known = this.#remembered.get(room);
      if (known && error instanceof ClusterError && error.code === "UNAVAILABLE") return known;
      throw error;
    }
  }

  async #ask(room: RoomName): Promise<LinkTarget> {
    const { directory, nodes } = this.#options;
    const stored = await directory.lookup(room);
    let listed = await nodes.recent();
    let home = homeOf(stored, listed);
    if (home.status === "unknown") {
      listed = await nodes.refresh();
      home = homeOf(stored, listed);
    }
    if (home.status === "home") return home.node;
    // A node that a new list lacks is long gone.
    const last = home.status === "free" ? home.last : home.owner.node;
    const chosen = place(room, candidates(listed.values()), last);
    const node = chosen === null ? undefined : listed.get(chosen);
    if (!node) throw new ServiceError("NO_HOME", "no coordinator can take the room now");
    return node;
  }

  /** A host that is gone refuses nothing: the directory may know before the socket does. */
  async #answered(link: LinkClient): Promise<void> {
    if (link.state === "open") return;
    const { clock, watchMs } = this.#options;
    const node = this.#record(link);
    let timer: Timer | null = null;
    const death = new Promise<never>((_, reject) => {
      const watch = (): void => {
        timer = clock.after(watchMs, () => {
          void this.#isDead(node).then((dead) => {
            const message = `${link.target.node} does not answer, and its lease has ended`;
            if (dead) reject(new LinkError("UNREACHABLE", message));
            else if (timer) watch();
          });
        });
      };
      watch();
    });
    try {
      await Promise.race([link.ready, death]);
    } finally {
      (timer as Timer | null)?.cancel();
      timer = null;
    }
  }

  async #isDead(node: NodeRecord | undefined): Promise<boolean> {
    if (!node) return false;
    try {
      const now = (await this.#options.nodes.refresh()).get(node.node);
      return !now?.alive || now.incarnation !== node.incarnation;
    } catch {
      // The directory is away, and knows nothing of this node.
      return false;
    }
  }

  /**
   * Nothing listens where the node was: its process is gone. Should that be wrong, the fence makes
   * it harmless.
   */
  async #bury(link: LinkClient): Promise<void> {
    let burial = this.#burials.get(link);
    if (!burial) {
      burial = this.#declareDead(link);
      this.#burials.set(link, burial);
    }
    await burial;
  }

  async #declareDead(link: LinkClient): Promise<void> {
    const { directory, nodes, logger } = this.#options;
    const node = this.#record(link);
    if (node?.alive) {
      const { incarnation } = node;
      const died = await directory.declareDead({ node: node.node, incarnation });
      if (died)
        logger.warn({ node: node.node, incarnation }, "node declared dead: it refuses links");
    }
    await nodes.refresh();
  }

  /** The life of the node that announced this address. */
  #record({ target }: LinkClient): NodeRecord | undefined {
    const node = this.#options.nodes.current.get(target.node);
    return node?.url === target.url ? node : undefined;
  }
}
