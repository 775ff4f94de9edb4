import type { Clock } from "@homeroom/room";
import type { Primary } from "../directory.js";

/**
 * After a change of the directory's primary, claims wait one TTL [G1–G4]: the new one may lack the
 * last renewals and claims, and every home that lives has by then renewed its lease and put its
 * claims back. So no room is given away, empty, while its home is well.
 */
export class ClaimGate {
  readonly #ttlMs: number;
  readonly #clock: Clock;
  readonly #onPrimaryChange: () => void;
  #primary: string | null = null;
  #openAt = Number.POSITIVE_INFINITY;

  /** @param onPrimaryChange homes are to verify their claims and what the new primary holds */
  constructor(ttlMs: number, clock: Clock, onPrimaryChange: () => void) {
    this.#ttlMs = ttlMs;
    this.#clock = clock;
    this.#onPrimaryChange = onPrimaryChange;
  }

  /** Told with each renewal which primary answered, and how long the cluster has known it. */
  observe(primary: Primary): void {
    if (primary.id === this.#primary) return;
    const changed = this.#primary !== null;
    this.#primary = primary.id;
    this.#openAt = this.#clock.monotonic() + Math.max(0, this.#ttlMs - primary.ageMs);
    if (changed) this.#onPrimaryChange();
  }

  /** Another primary than the one that keeps the leases has changed (one shard of several). */
  primaryChanged(): void {
    if (this.#primary === null) return;
    this.#openAt = Math.max(this.#openAt, this.#clock.monotonic() + this.#ttlMs);
    this.#onPrimaryChange();
  }

  /** How long claims have to wait; a whole TTL before any primary was seen. */
  get waitMs(): number {
    if (this.#primary === null) return this.#ttlMs;
    return Math.max(0, this.#openAt - this.#clock.monotonic());
  }
}
