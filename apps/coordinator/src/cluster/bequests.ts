import type { Claims, NodeClient } from "@homeroom/cluster";
import type { RoomName } from "@homeroom/protocol";
import { type Clock, ElsewhereError, type Logger, ServiceError, type Timer } from "@homeroom/room";
import pLimit from "p-limit";
import type { ClusterLimits } from "./limits.js";

export interface BequestsOptions {
  readonly node: string;
  readonly claims: Pick<Claims, "find">;
  readonly peers: Pick<NodeClient, "write">;
  /** Where the room has no other home: makes it at home here again, and writes. */
  readonly write: (room: RoomName, update: Uint8Array) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits: ClusterLimits;
}

/**
 * Gives what this node still held of rooms that it lost to their new homes, which may lack the end
 * of it. What cannot be given stays in this node's journal, and is merged in when the room is next
 * opened here.
 */
export class Bequests {
  readonly #options: BequestsOptions;
  readonly #limit: ReturnType<typeof pLimit>;
  readonly #waits = new Map<Timer, () => void>();
  #bytes = 0;
  #closed = false;

  constructor(options: BequestsOptions) {
    this.#options = options;
    this.#limit = pLimit(options.limits.bequestConcurrency);
  }

  /** Bytes that wait to be given. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @param state the whole document, as one V1 update */
  give(room: RoomName, state: Uint8Array): void {
    const { logger, limits } = this.#options;
    if (this.#closed) return;
    if (this.#bytes + state.length > limits.maxBequestBytes) {
      logger.error({ room }, "too much waits for new homes: this room's remains stay on disk");
      return;
    }
    this.#bytes += state.length;
    void this.#limit(() => this.#give(room, state)).then(() => {
      this.#bytes -= state.length;
    });
  }

  close(): void {
    this.#closed = true;
    for (const [timer, wake] of this.#waits) {
      timer.cancel();
      wake();
    }
    this.#waits.clear();
    this.#limit.clearQueue();
  }

  async #give(room: RoomName, state: Uint8Array): Promise<void> {
    const { clock, logger, limits } = this.#options;
    const deadline = clock.monotonic() + limits.bequestMs;
    let pause = limits.bequestRetryMinMs;
    while (!this.#closed) {
      try {
        await this.#try(room, state);
        logger.info({ room, bytes: state.length }, "what was left of the room has its new home");
        return;
      } catch (error) {
        if (!isTransient(error) || clock.monotonic() + pause > deadline) {
          logger.error({ err: error, room }, "what was left of the room stays on this disk");
          return;
        }
      }
      await this.#pause(pause);
      pause = Math.min(pause * 2, limits.bequestRetryMaxMs);
    }
  }

  async #try(room: RoomName, state: Uint8Array): Promise<void> {
    const { node, claims, peers, write } = this.#options;
    const owner = await claims.find(room);
    if (owner === null || owner.node === node) await write(room, state);
    else await peers.write(owner, room, state);
  }

  async #pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = this.#options.clock.after(ms, () => {
        this.#waits.delete(timer);
        resolve();
      });
      this.#waits.set(timer, resolve);
    });
  }
}

/** What the new home refuses it will refuse again; anything else passes. */
const isTransient = (error: unknown): boolean =>
  error instanceof ElsewhereError ||
  !(error instanceof ServiceError) ||
  error.code === "UNAVAILABLE" ||
  error.code === "NO_HOME";
