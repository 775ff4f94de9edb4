import { candidates, Drain, type NodeList } from "@homeroom/cluster";
import type { RoomName } from "@homeroom/protocol";
import { type Clock, ElsewhereError, type Logger, type RoomHost, type Timer } from "@homeroom/room";
import type { ClusterLimits } from "./limits.js";
import type { Moves } from "./moves.js";

export interface DrainageOptions {
  readonly node: string;
  readonly host: RoomHost;
  readonly nodes: NodeList;
  readonly moves: Pick<Moves, "move">;
  /** This node announces something else now. */
  readonly announce: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits: ClusterLimits;
}

/** Empties this node: from `begin` to `resume` its rooms go to the others, and so do new ones. */
export class Drainage {
  readonly #options: DrainageOptions;
  #drain: Drain | null = null;
  #tick: Timer | null = null;
  #pumping = false;
  #waiting: (() => void)[] = [];

  constructor(options: DrainageOptions) {
    this.#options = options;
  }

  get draining(): boolean {
    return this.#drain !== null;
  }

  begin(): void {
    if (this.#drain) return;
    const { host, logger, announce, limits } = this.#options;
    logger.info(host.load, "draining");
    this.#drain = new Drain([], limits.drain);
    announce();
    this.#look();
  }

  resume(): void {
    if (!this.#drain) return;
    this.#stop();
    this.#options.logger.info({}, "taking rooms again");
    this.#options.announce();
  }

  /** Drains until no room is left, none can be moved, or `ms` have passed. */
  async emptied(ms: number): Promise<void> {
    this.begin();
    const { clock, logger } = this.#options;
    if (await this.#nowhereToGo()) {
      logger.info({}, "no other node takes rooms: they are left where they are");
      return;
    }
    await new Promise<void>((resolve) => {
      const deadline = clock.after(ms, resolve);
      this.#waiting.push(() => {
        deadline.cancel();
        resolve();
      });
      this.#tellIfDone();
    });
  }

  close(): void {
    this.#stop();
  }

  #stop(): void {
    this.#drain = null;
    this.#tick?.cancel();
    this.#tick = null;
    for (const tell of this.#waiting.splice(0)) tell();
  }

  async #nowhereToGo(): Promise<boolean> {
    try {
      return candidates((await this.#options.nodes.refresh()).values(), this.#self).length === 0;
    } catch {
      return true;
    }
  }

  /** Takes in the rooms that have come since; again and again while this node drains. */
  #look(): void {
    const { host, clock, limits } = this.#options;
    for (const { room, sessions } of host.rooms) {
      this.#drain?.add({ room, sessions: sessions.count });
    }
    this.#tick = clock.after(limits.drainTickMs, () => this.#look());
    this.#pump();
  }

  /** Begins the moves that may begin now. */
  #pump(): void {
    this.#tellIfDone();
    if (this.#pumping || !this.#drain) return;
    this.#pumping = true;
    void this.#begin(this.#drain).finally(() => {
      this.#pumping = false;
    });
  }

  async #begin(drain: Drain): Promise<void> {
    const { nodes, clock, logger } = this.#options;
    try {
      const among = candidates((await nodes.recent()).values(), this.#self);
      for (const { room, to } of drain.next(clock.monotonic(), among)) {
        void this.#move(drain, room, to);
      }
    } catch (error) {
      logger.warn({ err: error }, "draining waits: the directory is away");
    }
  }

  async #move(drain: Drain, room: RoomName, to: string): Promise<void> {
    const { moves, host, clock, logger } = this.#options;
    try {
      if (host.get(room)) await moves.move(room, to);
      drain.moved(room);
    } catch (error) {
      if (error instanceof ElsewhereError || !host.get(room)) drain.moved(room);
      else {
        logger.warn({ err: error, room, to }, "room not moved");
        drain.failed(room, clock.monotonic());
      }
    }
    this.#pump();
  }

  #tellIfDone(): void {
    if (!this.#drain || this.#options.host.load.rooms > 0) return;
    for (const tell of this.#waiting.splice(0)) tell();
  }

  get #self(): ReadonlySet<string> {
    return new Set([this.#options.node]);
  }
}
