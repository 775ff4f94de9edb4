import type { Directory, NodeList } from "@homeroom/cluster";
import type { RoomName } from "@homeroom/protocol";
import {
  type Audience,
  type Clock,
  type HomeChannel,
  type Homes,
  type Logger,
  type RoomOwner,
  ServiceError,
} from "@homeroom/room";
import pLimit from "p-limit";
import { withDeadline } from "../with-deadline.js";
import { HomeFinder } from "./home-finder.js";
import {
  defaultLinkLimits,
  defaultRouteLimits,
  type LinkLimits,
  type RouteLimits,
} from "./limits.js";
import { Links } from "./links.js";
import { type RouteMeter, silentRouteMeter } from "./meter.js";
import { Route, type RouteContext } from "./route.js";
import type { RouteStateName } from "./route-state.js";
import { Budget } from "./unsettled.js";

export interface RouterHomesOptions {
  /** What this router calls itself, for the coordinators' logs. */
  readonly id: string;
  readonly directory: Pick<Directory, "lookup" | "declareDead">;
  readonly nodes: NodeList;
  /** Of the cluster; null where everything runs on this machine. */
  readonly secret: string | null;
  readonly clock: Clock;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
  readonly logger: Logger;
  readonly meter?: RouteMeter;
  readonly limits?: Partial<RouteLimits>;
  readonly linkLimits?: Partial<LinkLimits>;
}

export interface RouterHomesStatus {
  readonly links: readonly {
    readonly node: string;
    readonly url: string;
    readonly state: "connecting" | "open" | "closed";
    readonly bufferedBytes: number;
  }[];
  /** Rooms by the state of their route. */
  readonly routes: Readonly<Record<RouteStateName, number>>;
  /** Edits that are not settled. */
  readonly unsettledBytes: number;
}

/** The rooms of a whole cluster, for the edge of a router: each is served by its home, over a link. */
export class RouterHomes implements Homes {
  readonly #options: RouterHomesOptions;
  readonly #limits: RouteLimits;
  readonly #links: Links;
  readonly #budget: Budget;
  readonly #context: RouteContext;
  /** Several of one room where sessions of an earlier subscription wait to be settled. */
  readonly #routes = new Set<Route>();
  /**
   * The same rooms, for one who waits for the end of each edit before it unsubscribes: what is not
   * settled by then was given up, and nobody answers for it.
   */
  readonly direct: Homes = {
    subscribe: (room, audience) => this.#subscribe(room, audience, DirectRoute),
  };
  #whenDeserted: () => void = () => undefined;
  #closing: Promise<void> | null = null;

  constructor(options: RouterHomesOptions) {
    const { id, directory, nodes, secret, clock, random, logger } = options;
    const { meter = silentRouteMeter } = options;
    const limits = { ...defaultRouteLimits, ...options.limits };
    const linkLimits = { ...defaultLinkLimits, ...options.linkLimits };
    const { watchMs, maxRemembered } = limits;
    const takeTurn = pLimit(limits.maxFinds);
    this.#options = options;
    this.#limits = limits;
    this.#links = new Links({ router: id, secret, limits: linkLimits, clock, logger, meter });
    this.#budget = new Budget(limits.maxTotalUnsettledBytes, (bytes) => meter.unsettled(bytes));
    const links = this.#links;
    const seek = { directory, nodes, links, clock, logger, watchMs, maxRemembered };
    const finder = new HomeFinder(seek);
    this.#context = {
      limits,
      clock,
      random,
      logger,
      meter,
      budget: this.#budget,
      find: (room, hint) => finder.find(room, hint),
      served: (room, owner) => finder.remember(room, owner),
      takeTurn: (work) => takeTurn(work),
    };
  }

  subscribe(room: RoomName, audience: Audience): HomeChannel {
    return this.#subscribe(room, audience);
  }

  /** Where this router's sessions in the room are served, null where there are none. */
  ownerOf(room: RoomName): RoomOwner | null {
    for (const route of this.#routes) {
      if (route.room === room && route.owner) return route.owner;
    }
    return null;
  }

  /**
   * Where the room is at home; it is given a home where it has none.
   * @throws ServiceError `NO_HOME`
   */
  async homeOf(room: RoomName): Promise<RoomOwner> {
    const known = this.ownerOf(room);
    if (known) return known;
    return await new Promise((resolve, reject) => {
      const answer = (): void => {
        const { owner } = route;
        if (owner) resolve(owner);
        else reject(new ServiceError("NO_HOME", "the room was lost again at once; try again"));
        route.unsubscribe();
      };
      const refuse = (reason: string): void => reject(new ServiceError("NO_HOME", reason));
      const route = this.#subscribe(room, visitor(answer, refuse));
    });
  }

  /**
   * Whether at least one coordinator has a link to this router, or takes one when it is asked; all
   * that were listed last are, where none has.
   */
  async reachesAnyNode(): Promise<boolean> {
    for (const { state } of this.#links.all) if (state === "open") return true;
    const { nodes, logger } = this.#options;
    const listed = await nodes.recent().catch((error: unknown) => {
      logger.debug({ err: error }, "nodes as they were listed last");
      return nodes.current;
    });
    const asked = [...listed.values()]
      .filter(({ alive }) => alive)
      .map(async (node) => await this.#links.to(node).ready);
    return await Promise.any(asked).then(
      () => true,
      () => false,
    );
  }

  status(): RouterHomesStatus {
    const routes = { finding: 0, opening: 0, attached: 0, gone: 0 };
    for (const { state } of this.#routes) routes[state]++;
    const links = [...this.#links.all].map(({ target, state, buffered }) => ({
      node: target.node,
      url: target.url,
      state,
      bufferedBytes: buffered,
    }));
    return { links, routes, unsettledBytes: this.#budget.bytes };
  }

  /**
   * After the clients' sockets have been closed: waits, for a while, until what they sent is
   * settled, then ends every route and closes the links.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const deserted = new Promise<void>((resolve) => {
      this.#whenDeserted = resolve;
    });
    for (const route of [...this.#routes]) route.unsubscribe();
    if (this.#routes.size > 0) {
      await withDeadline(this.#options.clock, this.#limits.closeMs, deserted);
    }
    for (const route of [...this.#routes]) route.end();
    await this.#links.close();
  }

  #subscribe(room: RoomName, audience: Audience, Kind: typeof Route = Route): Route {
    const route: Route = new Kind(room, audience, this.#context, () => {
      this.#routes.delete(route);
      if (this.#routes.size === 0) this.#whenDeserted();
    });
    this.#routes.add(route);
    return route;
  }
}

class DirectRoute extends Route {
  override unsubscribe(): void {
    this.end();
  }
}

/** Who only asks where the room is. */
const visitor = (opened: () => void, refused: (reason: string) => void): Audience => ({
  opened,
  broadcastUpdate() {},
  broadcastAwareness() {},
  sync() {},
  awareness() {},
  settled() {},
  refused() {},
  probe() {},
  close: (_session, _code, reason) => refused(reason),
  moved() {},
});
