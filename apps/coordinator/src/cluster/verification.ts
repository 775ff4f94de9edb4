import type { Claims, ReplicatedStore } from "@homeroom/cluster";
import type { RoomName } from "@homeroom/protocol";
import type { Clock, Logger, RoomOwner, Timer } from "@homeroom/room";
import type { ClusterLimits } from "./limits.js";

export interface VerificationOptions {
  readonly claims: Pick<Claims, "verify">;
  readonly store: Pick<ReplicatedStore, "reconcile">;
  /** The room has another home. @param emptied whether that one may lack what was durable */
  readonly lost: (room: RoomName, owner: RoomOwner | null, emptied: boolean) => void;
  /** Every claim is known to be good, or known to be lost. @param emptied as for `lost` */
  readonly verified: (emptied: boolean) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits: ClusterLimits;
}

/**
 * After a new incarnation or a change of primary: puts back what the directory lacks of this node's
 * claims, lets go of the rooms that others have claimed, and puts right what the shared store holds
 * of the others. Again and again until it is done; one at a time.
 */
export class Verification {
  readonly #options: VerificationOptions;
  #wanted = false;
  #emptied = false;
  #running = false;
  #retry: Timer | null = null;
  #retryMs: number;
  #closed = false;

  constructor(options: VerificationOptions) {
    this.#options = options;
    this.#retryMs = options.limits.verifyRetryMinMs;
  }

  /** Whether claims or copies are in doubt. */
  get pending(): boolean {
    return this.#wanted || this.#running;
  }

  /** @param emptied whether the shared store may hold less than it had accepted */
  request(emptied: boolean): void {
    this.#wanted = true;
    this.#emptied ||= emptied;
    this.#retryMs = this.#options.limits.verifyRetryMinMs;
    this.#retry?.cancel();
    this.#retry = null;
    this.#run();
  }

  close(): void {
    this.#closed = true;
    this.#retry?.cancel();
    this.#retry = null;
  }

  #run(): void {
    if (this.#running || this.#closed) return;
    this.#running = true;
    this.#wanted = false;
    void this.#verify().then((done) => {
      this.#running = false;
      if (this.#closed) return;
      if (this.#wanted) this.#run();
      else if (!done) this.#runLater();
    });
  }

  #runLater(): void {
    const { clock, limits } = this.#options;
    this.#wanted = true;
    this.#retry ??= clock.after(this.#retryMs, () => {
      this.#retry = null;
      this.#run();
    });
    this.#retryMs = Math.min(this.#retryMs * 2, limits.verifyRetryMaxMs);
  }

  /** @returns whether nothing is left to do. Never rejects. */
  async #verify(): Promise<boolean> {
    const { claims, store, lost, verified, logger } = this.#options;
    const emptied = this.#emptied;
    this.#emptied = false;
    try {
      const { kept, reasserted, lost: gone } = await claims.verify();
      for (const { room, owner } of gone) lost(room, owner, emptied);
      verified(emptied);
      const { restored, pending } = await store.reconcile();
      const counts = { kept, reasserted, lost: gone.length, restored, pending };
      logger.info(counts, "claims and copies verified");
      this.#emptied ||= pending > 0 && emptied;
      return pending === 0;
    } catch (error) {
      this.#emptied ||= emptied;
      logger.warn({ err: error }, "claims and copies not verified yet");
      return false;
    }
  }
}
