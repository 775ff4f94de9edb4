import type { RouterFrame } from "@homeroom/protocol";
import type { Access, Clock, SessionId, Timer } from "@homeroom/room";
import { Presences } from "./presences.js";
import { type Budget, Unsettled } from "./unsettled.js";

/** What is said to a home over a channel. */
export type Saying = Exclude<RouterFrame, { readonly type: "hello" }>;

/** A session, as it is to be introduced to any home. */
interface Passenger {
  readonly session: SessionId;
  readonly access: Access;
  /** Whether it wants to hear what is durable. The route always does. */
  readonly acknowledged: boolean;
  /** The state vector of a SyncStep1 that was not answered. */
  asking: Uint8Array | null;
  /** It has left, and what it sent is not settled: runs out when that is given up. */
  lingering: Timer | null;
}

export interface PassengersOptions {
  readonly clock: Pick<Clock, "after">;
  /** What a session that left had sent and is not settled is kept for so long. */
  readonly lingerMs: number;
  readonly maxUnsettledBytes: number;
  readonly budget: Budget;
  /** What a session that left had sent was given up. */
  readonly gaveUp: (session: SessionId) => void;
}

/**
 * The sessions that this router has in one room, and everything that any home of it has to be told
 * of them: who they are, who is present, what they ask for, and edits that are not settled.
 */
export class Passengers {
  /** Edits that would be lost with the home. */
  readonly unsettled: Unsettled;
  readonly presences: Presences = new Presences();
  readonly #options: PassengersOptions;
  readonly #all = new Map<SessionId, Passenger>();

  constructor(options: PassengersOptions) {
    this.#options = options;
    this.unsettled = new Unsettled(options.maxUnsettledBytes, options.budget);
  }

  get size(): number {
    return this.#all.size;
  }

  get sessions(): readonly SessionId[] {
    return [...this.#all.keys()];
  }

  has(session: SessionId): boolean {
    return this.#all.has(session);
  }

  join(session: SessionId, access: Access, acknowledged: boolean): void {
    this.#all.set(session, { session, access, acknowledged, asking: null, lingering: null });
  }

  /** The session asks for what it lacks, and goes on to ask until it is `answered`. */
  ask(session: SessionId, stateVector: Uint8Array): void {
    const passenger = this.#all.get(session);
    if (passenger) passenger.asking = stateVector;
  }

  answered(session: SessionId): void {
    const passenger = this.#all.get(session);
    if (passenger) passenger.asking = null;
  }

  /** Every edit of the session up to `number` counts. @returns whether it wants to hear of that */
  settle(session: SessionId, number: number): boolean {
    this.unsettled.settle(session, number);
    const passenger = this.#all.get(session);
    return passenger?.lingering === null && passenger.acknowledged;
  }

  /** Whether it has left, and somebody answers for what it sent until that is settled. */
  lingers(session: SessionId): boolean {
    return this.#all.get(session)?.lingering != null;
  }

  /** It has made its edits: somebody has to answer for them until they are durable. */
  linger(session: SessionId): void {
    const passenger = this.#all.get(session);
    if (!passenger) return;
    const { clock, lingerMs, gaveUp } = this.#options;
    passenger.asking = null;
    passenger.lingering = clock.after(lingerMs, () => gaveUp(session));
  }

  /** @returns whether it was there */
  remove(session: SessionId): boolean {
    this.#all.get(session)?.lingering?.cancel();
    this.presences.leave(session);
    this.unsettled.drop(session);
    return this.#all.delete(session);
  }

  clear(): void {
    for (const { lingering } of this.#all.values()) lingering?.cancel();
    this.#all.clear();
    this.unsettled.clear();
  }

  /**
   * Everything at once, without waiting for an answer: a node that is not the home names another
   * one, which is told it all again.
   * @param resume where the sessions had a home before: what they are known to have of it
   * @returns how many unsettled edits there were
   */
  introduce(
    channel: number,
    say: (saying: Saying) => void,
    resume: { readonly upTo: Uint8Array | null } | null,
  ): number {
    for (const { session, access } of this.#all.values()) {
      say({ type: "join", channel, session, access });
    }
    if (resume) say({ type: "resume", channel, upTo: resume.upTo });
    this.presences.forgetOthers();
    for (const { session, asking } of this.#all.values()) {
      const update = this.presences.of(session);
      if (update) say({ type: "awareness", channel, session, update });
      if (asking) say({ type: "step1", channel, session, stateVector: asking });
    }
    const unsettled = this.unsettled.all();
    for (const { session, number, kind, update } of unsettled) {
      say({ type: "update", channel, session, number, kind, update });
    }
    return unsettled.length;
  }
}
