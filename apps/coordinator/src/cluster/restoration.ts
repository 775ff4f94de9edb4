import { type CopyStore, type Position, type SharedStore, wholeOf } from "@homeroom/cluster";
import type { RoomName } from "@homeroom/protocol";
import {
  type Audience,
  type Clock,
  type Cursor,
  compareCursors,
  type Logger,
  type RoomHost,
  StoreError,
  type Timer,
} from "@homeroom/room";
import pLimit from "p-limit";
import type { Bequests } from "./bequests.js";
import type { ClusterLimits } from "./limits.js";

export interface RestorationOptions {
  readonly local: Pick<CopyStore, "list" | "open">;
  readonly shared: Pick<SharedStore, "positions" | "since">;
  readonly host: RoomHost;
  readonly bequests: Bequests;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits: ClusterLimits;
}

/** Rooms asked about in one request. */
const positionsAtOnce = 500;

/**
 * At the start and after a change of primary: gives the shared store back the rooms that it has lost and that nobody
 * has open, from this node's disk. A room is opened here for that, as for anybody who joins it; where
 * it has another home, that one is given what is here.
 */
export class Restoration {
  readonly #options: RestorationOptions;
  readonly #limit: ReturnType<typeof pLimit>;
  #wanted = false;
  #running = false;
  #retry: Timer | null = null;
  #closed = false;

  constructor(options: RestorationOptions) {
    this.#options = options;
    this.#limit = pLimit(options.limits.restoreConcurrency);
  }

  /** Whether rooms are perhaps still to be given back. */
  get pending(): boolean {
    return this.#wanted || this.#running;
  }

  request(): void {
    this.#wanted = true;
    if (this.#running || this.#retry || this.#closed) return;
    this.#running = true;
    this.#wanted = false;
    void this.#restoreAll().then((done) => {
      this.#running = false;
      if (this.#closed || (done && !this.#wanted)) return;
      this.#wanted = true;
      const { clock, limits } = this.#options;
      this.#retry = clock.after(limits.verifyRetryMaxMs, () => {
        this.#retry = null;
        this.request();
      });
    });
  }

  close(): void {
    this.#closed = true;
    this.#retry?.cancel();
    this.#retry = null;
    this.#limit.clearQueue();
  }

  /** @returns whether every room of this disk is in the shared store. Never rejects. */
  async #restoreAll(): Promise<boolean> {
    const { local, shared, logger } = this.#options;
    const count = { restored: 0, failed: 0 };
    let after: RoomName | null = null;
    try {
      for (;;) {
        const page = await local.list({ prefix: "", after, limit: positionsAtOnce });
        const positions = await shared.positions(page.map(({ room }) => room));
        const restored = page.map(({ room, cursor }, index) =>
          this.#limit(() => this.#restore(room, cursor, positions[index])),
        );
        for (const outcome of await Promise.all(restored)) if (outcome) count[outcome]++;
        after = page.at(-1)?.room ?? null;
        if (after === null || this.#closed) break;
      }
    } catch (error) {
      logger.warn({ err: error }, "rooms not restored yet");
      return false;
    }
    if (count.restored + count.failed > 0) logger.warn(count, "the shared store had lost rooms");
    return count.failed === 0;
  }

  async #restore(
    room: RoomName,
    ours: Cursor,
    theirs: Position | undefined,
  ): Promise<keyof { restored: 0; failed: 0 } | null> {
    const { host, logger } = this.#options;
    if (this.#closed || host.get(room)) return null;
    try {
      if (!(await this.#isLost(room, ours, theirs))) return null;
      await this.#open(room);
      return "restored";
    } catch (error) {
      logger.warn({ err: error, room }, "room not restored yet");
      return "failed";
    }
  }

  /** Whether our copy is of this life of the room, and not what the shared store has or once had. */
  async #isLost(room: RoomName, ours: Cursor, theirs: Position | undefined): Promise<boolean> {
    if (!theirs || ours.epoch <= theirs.removed) return false;
    const equal = theirs.cursor !== null && compareCursors(ours, theirs.cursor) === 0;
    if (equal && theirs.intact) return false;
    return (await this.#options.shared.since(room, ours)) === null;
  }

  async #open(room: RoomName): Promise<void> {
    const { host, local, bequests, clock } = this.#options;
    const outcome = await new Promise<"opened" | "elsewhere" | string>((resolve) => {
      // Later, because the audience may be called while it is still subscribing.
      const settle = (how: string): void =>
        clock.soon(() => {
          channel.unsubscribe();
          resolve(how);
        });
      const channel = host.subscribe(room, visitor(settle));
    });
    if (outcome === "elsewhere") bequests.give(room, wholeOf(await local.open(room)));
    else if (outcome !== "opened") throw new StoreError("UNAVAILABLE", outcome);
  }
}

/** Who only wants the room to be open. */
const visitor = (settle: (how: string) => void): Audience => ({
  opened: () => settle("opened"),
  moved: () => settle("elsewhere"),
  close: (_session, _code, reason) => settle(reason),
  broadcastUpdate() {},
  broadcastAwareness() {},
  sync() {},
  awareness() {},
  settled() {},
  refused() {},
  probe() {},
});
