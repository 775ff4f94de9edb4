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
import { Turns } from "./turns.js";

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
  readonly #turns: Turns;

  constructor(options: MovesOptions) {
    this.#options = options;
    this.#turns = new Turns(options.clock, options.limits.moveTurns);
  }

  /**
   * The target reads the room ahead of time; then the room takes no edits until what it took is
   * durable and the target is its home, and whoever is in it is told where it went. Moves of one
   * room are made one after the other: a later one finds the room where the earlier one left it.
   * @throws ServiceError `UNKNOWN_NODE`, `CONFLICT`, `UNAVAILABLE`: the room then goes on here;
   *   `NO_HOME`: it is at home nowhere
   * @throws ElsewhereError where it has another home
   */
  async move(room: RoomName, to: string): Promise<NodeMoved> {
    return await this.#turns.take(room, () => this.#move(room, to));
  }

  async #move(room: RoomName, to: string): Promise<NodeMoved> {
    const { node } = this.#options;
    const home = await this.#homeHere(room);
    if (to === node) return { from: node, to, epoch: home.epoch, pausedMs: 0 };
    try {
      const target = await this.#target(to);
      await this.#prepare(target, room);
      return await this.#handOver(room, target);
    } catch (error) {
      if (error instanceof ElsewhereError) throw error;
      // Meanwhile it was perhaps claimed by another node, or closed because nobody was in it.
      await this.#homeHere(room);
      if (!(error instanceof ClusterError)) throw error;
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

  /**
   * Under what this node is home to the room. One that was moved here a moment ago is claimed with
   * the first traffic, or by this.
   * @throws ElsewhereError where another node is home to it
   * @throws ServiceError `NO_HOME` where none is, or the directory does not say
   */
  async #homeHere(room: RoomName): Promise<Home> {
    const { node, claims } = this.#options;
    const held = claims.homeOf(room);
    if (held) return held;
    const owner = await claims.find(room).catch(() => null);
    if (owner?.node === node) return await claims.claim(room);
    if (owner) throw new ElsewhereError(owner);
    throw new ServiceError("NO_HOME", "the room is not at home here; try again");
  }
}
