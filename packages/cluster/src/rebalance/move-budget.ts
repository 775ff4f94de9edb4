/** So many moves a minute and no more, spread evenly rather than all at the minute's start [B4]. */
export class MoveBudget {
  readonly #perMs: number;
  readonly #burst: number;
  #tokens: number;
  #at: number;

  /**
   * @param perMinute 0 switches rebalancing off
   * @param burst moves that may begin at once
   * @param now monotonic milliseconds
   */
  constructor(perMinute: number, burst: number, now: number) {
    this.#perMs = perMinute / 60_000;
    this.#burst = Math.min(burst, perMinute);
    this.#tokens = this.#burst;
    this.#at = now;
  }

  /** How many moves may begin now, `wanted` at the most; they are counted as begun. */
  take(wanted: number, now: number): number {
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#at) * this.#perMs);
    this.#at = now;
    const taken = Math.min(wanted, Math.floor(this.#tokens));
    this.#tokens -= taken;
    return taken;
  }
}
