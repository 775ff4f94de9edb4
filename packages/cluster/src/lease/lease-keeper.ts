import type { Clock, Logger, Timer } from "@homeroom/room";
import { ClusterError } from "../cluster-error.js";
import type { Announcement, Directory, NodeIncarnation, Primary } from "../directory.js";
import { holdsLease, type LeaseEvent, type LeaseState, nextLeaseState } from "./lease-state.js";

export interface LeaseKeeperOptions {
  readonly directory: Directory;
  readonly node: string;
  /** Names this process, as no other is named: a random UUID. */
  readonly process: string;
  /** The directory's: how long a lease holds without a renewal. */
  readonly ttlMs: number;
  readonly clock: Clock;
  /** From 0 up to, not including, 1: spreads the renewals of many nodes. */
  readonly random: () => number;
  readonly logger: Logger;
  /** Asked before each renewal. */
  readonly announce: () => Announcement;
  readonly onChange: (state: LeaseState, before: LeaseState) => void;
  /** Told with each renewal which primary answered. */
  readonly onPrimary: (primary: Primary) => void;
}

/** A lease is renewed four times within its TTL, and four times as often once that has failed. */
const renewalsPerTtl = 4;
const retriesPerTtl = 16;
/** The share of an interval by which renewals come early, at random. */
const jitter = 0.1;
/** So often another process may register first before this one pauses. */
const registerAttempts = 4;

/**
 * Keeps a node's lease [L1–L9]: registers, renews, and says in time, by this node's clock alone,
 * when the lease can no longer be relied on. One request is under way at a time, so no late answer
 * is ever taken for a newer one.
 */
export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions;
  #state: LeaseState = { name: "registering" };
  #next: Timer | null = null;
  #deadline: Timer | null = null;
  #running = false;
  /** The last that this process was given, null before the first. */
  #incarnation: number | null = null;
  /** Requests in a row that failed: only the first of them is news. */
  #failures = 0;
  #underWay: Promise<void> = Promise.resolve();

  constructor(options: LeaseKeeperOptions) {
    this.#options = options;
  }

  /** As of now: a deadline that has passed counts even before its timer has run [L3]. */
  get state(): LeaseState {
    const state = this.#state;
    if (holdsLease(state) && this.#options.clock.monotonic() >= state.deadline) {
      this.#apply({ name: "expired" });
    }
    return this.#state;
  }

  /** This node's present life, null while it has no lease that it can rely on. */
  get self(): NodeIncarnation | null {
    const state = this.state;
    return holdsLease(state) ? { node: this.#options.node, incarnation: state.incarnation } : null;
  }

  /** Begins to register; what becomes of it is told to `onChange`. */
  start(): void {
    if (this.#running || this.#ended) return;
    this.#running = true;
    this.#attempt();
  }

  /** Renews at once, so that others hear of a change of announcement early. */
  renewNow(): void {
    if (this.#running && this.#next) this.#attempt();
  }

  /** Stops renewing and ends the lease, so that others need not wait for it to run out [L8]. */
  async close(): Promise<void> {
    if (this.#ended) return;
    this.#running = false;
    this.#cancelTimers();
    await this.#underWay;
    const self = this.#identity;
    this.#apply({ name: "resigned" });
    if (!self) return;
    try {
      await this.#options.directory.resign(self);
    } catch (error) {
      this.#options.logger.warn({ err: error }, "lease left to run out: the directory is away");
    }
  }

  get #ended(): boolean {
    return this.#state.name === "superseded" || this.#state.name === "resigned";
  }

  get #identity(): NodeIncarnation | null {
    return "incarnation" in this.#state
      ? { node: this.#options.node, incarnation: this.#state.incarnation }
      : null;
  }

  #attempt(): void {
    this.#next?.cancel();
    this.#next = null;
    this.#underWay = this.#request().then((event) => {
      this.#apply(event);
      if (!this.#running || this.#ended) return;
      this.#next = this.#options.clock.after(this.#pause(event), () => this.#attempt());
    });
  }

  /** What the directory is asked, as the event that its answer amounts to. Never rejects. */
  async #request(): Promise<LeaseEvent> {
    const { logger } = this.#options;
    const self = this.#identity;
    try {
      const event = await (self ? this.#renew(self) : this.#register());
      this.#answered();
      return event;
    } catch (error) {
      if (this.#failures++ === 0) {
        logger.warn({ err: error, lease: this.#state.name }, "lease not renewed: trying again");
      }
      return { name: "failed" };
    }
  }

  /**
   * A process that has just been started takes the place of the one that it is told of. One that
   * had a lease before does not: who is there has registered after it, and relies on that [L6, L9].
   */
  async #register(): Promise<LeaseEvent> {
    const { directory, node, process, ttlMs, clock, announce, onPrimary } = this.#options;
    let previous = this.#incarnation;
    for (let attempt = 0; attempt < registerAttempts && this.#running; attempt++) {
      const deadline = clock.monotonic() + ttlMs;
      const registration = await directory.register(node, process, previous, announce());
      if (registration.status === "registered") {
        const { incarnation, primary } = registration;
        this.#incarnation = incarnation;
        onPrimary(primary);
        return { name: "registered", incarnation, deadline, now: clock.monotonic() };
      }
      const { by } = registration;
      if (this.#incarnation !== null) return { name: "superseded", by };
      previous = by;
    }
    throw new ClusterError("UNAVAILABLE", `others keep registering as ${node}; try again`);
  }

  async #renew(self: NodeIncarnation): Promise<LeaseEvent> {
    const { directory, process, ttlMs, clock, announce, onPrimary } = this.#options;
    const deadline = clock.monotonic() + ttlMs;
    const renewal = await directory.renew(self, process, announce());
    if (renewal.status === "lapsed") return { name: "lapsed" };
    if (renewal.status === "superseded") return { name: "superseded", by: renewal.by };
    onPrimary(renewal.primary);
    return { name: "renewed", deadline, now: clock.monotonic() };
  }

  #answered(): void {
    const { logger } = this.#options;
    if (this.#failures > 0)
      logger.info({ failures: this.#failures }, "the directory answers again");
    this.#failures = 0;
  }

  #pause(event: LeaseEvent): number {
    if (event.name === "lapsed") return 0;
    const well = event.name !== "failed" && holdsLease(this.#state);
    const perTtl = well ? renewalsPerTtl : retriesPerTtl;
    return (this.#options.ttlMs / perTtl) * (1 - jitter * this.#options.random());
  }

  #apply(event: LeaseEvent): void {
    const before = this.#state;
    const state = nextLeaseState(before, event);
    if (state === before) return;
    this.#state = state;
    this.#watchDeadline(state);
    if (this.#ended) this.#cancelTimers();
    if (state.name !== before.name) this.#options.onChange(state, before);
  }

  #watchDeadline(state: LeaseState): void {
    this.#deadline?.cancel();
    this.#deadline = holdsLease(state)
      ? this.#options.clock.after(state.deadline - this.#options.clock.monotonic(), () =>
          this.#apply({ name: "expired" }),
        )
      : null;
  }

  #cancelTimers(): void {
    this.#next?.cancel();
    this.#next = null;
    this.#deadline?.cancel();
    this.#deadline = null;
  }
}
