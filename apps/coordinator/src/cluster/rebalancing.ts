import { candidates, MoveBudget, type NodeList, rebalance } from "@homeroom/cluster";
import { type Clock, ElsewhereError, type Logger, type RoomHost, type Timer } from "@homeroom/room";
import pLimit from "p-limit";
import type { ClusterLimits } from "./limits.js";
import type { Moves } from "./moves.js";

export interface RebalancingOptions {
  readonly node: string;
  readonly host: RoomHost;
  readonly nodes: NodeList;
  readonly moves: Pick<Moves, "move">;
  /** Moves a minute; 0 switches it off. */
  readonly perMinute: number;
  /** How often loads are compared: not before each node has announced its own anew. Milliseconds. */
  readonly everyMs: number;
  /** Whether rooms may leave now: not while this node drains or does not hold its lease. */
  readonly mayMove: () => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits: ClusterLimits;
}

/** Gives rooms to nodes that have far fewer, when one has joined: gradually, the quietest first. */
export class Rebalancing {
  readonly #options: RebalancingOptions;
  readonly #budget: MoveBudget;
  readonly #limit: ReturnType<typeof pLimit>;
  #timer: Timer | null = null;
  #closed = false;

  constructor(options: RebalancingOptions) {
    const { perMinute, clock, limits } = options;
    this.#options = options;
    this.#budget = new MoveBudget(perMinute, limits.rebalanceBurst, clock.monotonic());
    this.#limit = pLimit(limits.rebalanceConcurrency);
  }

  start(): void {
    if (this.#options.perMinute > 0) this.#schedule();
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#timer = null;
    this.#limit.clearQueue();
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#timer = this.#options.clock.after(this.#options.everyMs, () => {
      void this.#rebalance().finally(() => this.#schedule());
    });
  }

  async #rebalance(): Promise<void> {
    const { node, host, nodes, moves, mayMove, clock, logger } = this.#options;
    if (!mayMove()) return;
    try {
      const among = candidates((await nodes.refresh()).values());
      const rooms = Array.from(host.rooms, ({ room, sessions }) => ({
        room,
        sessions: sessions.count,
      }));
      const wanted = rebalance(node, among, rooms);
      const some = wanted.slice(0, this.#budget.take(wanted.length, clock.monotonic()));
      if (some.length === 0) return;
      logger.info({ moves: some.length, wanted: wanted.length }, "evening out the load");
      const move = async (room: (typeof some)[number]["room"], to: string): Promise<void> => {
        if (!mayMove() || this.#closed) return;
        try {
          await moves.move(room, to);
        } catch (error) {
          // Somebody else was quicker.
          if (error instanceof ElsewhereError) return;
          logger.warn({ err: error, room, to }, "room not moved");
        }
      };
      await Promise.all(some.map(({ room, to }) => this.#limit(move, room, to)));
    } catch (error) {
      logger.warn({ err: error }, "load not evened out: the directory is away");
    }
  }
}
