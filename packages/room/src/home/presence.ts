import { checkAwarenessState, decodeAwareness, isNullState } from "@homeroom/protocol";
import type { Audience } from "../homes.js";
import type { RoomLimits } from "../limits.js";
import type { Clock, Meter, Timer } from "../ports.js";
import { AwarenessRegistry } from "./awareness.js";
import type { Member } from "./member.js";

/**
 * Relays awareness within a room, on a slower beat than edits: what changed between two beats
 * goes out in one message, the newest entry of each client only.
 */
export class Presence {
  /** Null in a room where nobody has said anything of themselves. */
  #registry: AwarenessRegistry<Member> | null = null;
  readonly #maxIds: number;
  readonly #audiences: () => Iterable<Audience>;
  readonly #clock: Clock;
  readonly #meter: Meter;
  readonly #intervalMs: number;
  #relayedAt = Number.NEGATIVE_INFINITY;
  #scheduled: Timer | null = null;
  #closed = false;

  constructor(options: {
    audiences: () => Iterable<Audience>;
    clock: Clock;
    meter: Meter;
    limits: RoomLimits;
  }) {
    this.#maxIds = options.limits.maxAwarenessIds;
    this.#audiences = options.audiences;
    this.#clock = options.clock;
    this.#meter = options.meter;
    this.#intervalMs = options.limits.awarenessIntervalMs;
  }

  /** All entries are checked before any is taken. @throws MalformedError */
  receive(member: Member, update: Uint8Array): void {
    this.#registry ??= new AwarenessRegistry(this.#maxIds);
    const registry = this.#registry;
    const judged = decodeAwareness(update).map((entry) => ({
      entry,
      verdict: registry.judge(member, entry),
    }));
    for (const { entry, verdict } of judged) {
      if (verdict === "accepted") checkAwarenessState(entry);
    }
    for (const { entry, verdict } of judged) {
      // Once more, because the entries before this one count now.
      switch (verdict === "accepted" ? registry.judge(member, entry) : verdict) {
        case "accepted":
          registry.accept(member, entry);
          break;
        case "behind":
          member.audience.awareness(member.session, registry.stepBeyond(entry.client));
          break;
        case "foreign": {
          // Perhaps the same client, back before its old connection was seen to be dead.
          const owner = registry.ownerOf(entry.client);
          if (owner && !isNullState(entry.state)) owner.audience.probe(owner.session);
          break;
        }
        case "too-many":
          this.#meter.refused("awareness");
          break;
        case "stale":
          break;
      }
    }
    this.#schedule();
  }

  /** Tells a session who is there. */
  tell(member: Member): void {
    const everybody = this.#registry?.all();
    if (everybody) member.audience.awareness(member.session, everybody);
  }

  leave(member: Member): void {
    this.#registry?.leave(member);
    this.#schedule();
  }

  close(): void {
    this.#closed = true;
    this.#scheduled?.cancel();
    this.#scheduled = null;
  }

  #schedule(): void {
    const registry = this.#registry;
    if (this.#scheduled || this.#closed || !registry?.changed) return;
    const wait = this.#relayedAt + this.#intervalMs - this.#clock.monotonic();
    this.#scheduled = this.#clock.after(Math.max(0, wait), () => {
      this.#scheduled = null;
      this.#relayedAt = this.#clock.monotonic();
      const update = registry.takeChanges();
      for (const audience of this.#audiences()) audience.broadcastAwareness(update);
    });
  }
}
