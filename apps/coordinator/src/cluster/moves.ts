import {
  type Claims,
  ClusterError,
  type NodeClient,
  type NodeList,
  type NodeRecord,
} from "@homeroom/cluster";
import type { NodeMoved, RoomName } from "@homeroom/protocol";
import {
  type Clock,
  ElsewhereError,
  type Home,
  type Logger,
  type RoomHost,
  ServiceError,
} from "@homeroom/room";
import type { ReachFailpoint } from "./failpoint.js";
import type { ClusterLimits } from "./limits.js";

export interface MovesOptions {
  readonly node: string;
  readonly host: RoomHost;
  readonly claims: Claims;
  readonly nodes: NodeList;
  readonly peers: Pick<NodeClient, "prepare">;
  readonly failpoint: ReachFailpoint;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits: ClusterLimits;
}

/** Moves rooms from this node to others, while people go on typing in them. */
export class Moves {
  readonly #options: MovesOptions;

  constructor(options: MovesOptions) {
    this.#options = options;
  }

  /**
   * The target reads the room ahead of time; then the room takes no edits until what it took is
   * durable and the target is its home, and whoever is in it is told where it went.
   * @throws ServiceError `UNKNOWN_NODE`, `CONFLICT`, `UNAVAILABLE`; the room then goes on here
   * @throws ElsewhereError where it has another home
   */
  async move(room: RoomName, to: string): Promise<NodeMoved> {
    const { node, claims } = this.#options;
    const home = claims.homeOf(room) ?? (await this.#transferredHere(room));
    if (to === node) return { from: node, to, epoch: home.epoch, pausedMs: 0 };
    try {
      const target = await this.#target(to);
      await this.#prepare(target, room);
      return await this.#handOver(room, target);
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      // Another move of it was quicker: whoever asks is told where the room is now.
      if (error.code === "NOT_HOME") await this.#transferredHere(room);
      throw new ServiceError("UNAVAILABLE", error.message, { cause: error });
    }
  }

  async #target(to: string): Promise<NodeRecord> {
    const { nodes } = this.#options;
    const target = (await nodes.recent()).get(to) ?? (await nodes.refresh()).get(to);
    if (!target) throw new ServiceError("UNKNOWN_NODE", `there is no node ${to}`);
    if (!target.alive) throw new ServiceError("CONFLICT", `${to} is not alive`);
    if (target.status !== "active") throw new ServiceError("CONFLICT", `${to} is draining`);
    return target;
  }

  /** A convenience: where it fails the target reads the room while people wait. */
  async #prepare(target: NodeRecord, room: RoomName): Promise<void> {
    const { peers, host, logger } = this.#options;
    try {
      await peers.prepare(target, room, host.get(room)?.state === "live");
    } catch (error) {
      logger.warn({ err: error, room, to: target.node }, "room not prepared where it moves to");
      if (error instanceof ServiceError && error.code === "UNAVAILABLE") throw error;
    }
  }

  async #handOver(room: RoomName, target: NodeRecord): Promise<NodeMoved> {
    const { node, host, claims, failpoint, clock, limits } = this.#options;
    const frozenAt = clock.monotonic();
    const handOver = host.handOver(
      room,
      async () => {
        failpoint("move:flushed");
        const owner = await claims.transfer(room, target);
        failpoint("move:transferred");
        return owner;
      },
      limits.handOverMs,
    );
    failpoint("move:frozen");
    const { epoch } = await handOver;
    failpoint("move:told");
    return { from: node, to: target.node, epoch, pausedMs: clock.monotonic() - frozenAt };
  }

  /** A room that was moved here a moment ago is claimed with the first traffic, or by this. */
  async #transferredHere(room: RoomName): Promise<Home> {
    const { node, claims } = this.#options;
    const owner = await claims.find(room).catch(() => null);
    if (owner?.node === node) return await claims.claim(room);
    if (owner) throw new ElsewhereError(owner);
    throw new ServiceError("NO_HOME", "the room is not at home here; try again");
  }
}
