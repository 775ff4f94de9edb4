import { EMPTY_UPDATE } from "@homeroom/protocol";
import type { SessionId, UpdateKind } from "@homeroom/room";

/** Bytes that many rooms share. */
export class Budget {
  readonly #limit: number;
  readonly #changed: (bytes: number) => void;
  #bytes = 0;

  constructor(limit: number, changed: (bytes: number) => void) {
    this.#limit = limit;
    this.#changed = changed;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get spent(): boolean {
    return this.#bytes >= this.#limit;
  }

  /** Takes bytes, or gives them back where there are fewer than none. */
  take(bytes: number): void {
    this.#bytes += bytes;
    this.#changed(this.#bytes);
  }
}

/** An edit that its client was not told to be durable. */
export interface UnsettledUpdate {
  readonly session: SessionId;
  readonly number: number;
  readonly kind: UpdateKind;
  readonly update: Uint8Array;
  /** In which order they came, over all sessions. */
  readonly arrival: number;
}

/** What a kept update takes beside its bytes, about. */
const OVERHEAD = 100;

/** The edits of one room that would be lost with its home: kept, to be said again to the next. */
export class Unsettled {
  readonly #limit: number;
  readonly #budget: Budget;
  readonly #sessions = new Map<SessionId, UnsettledUpdate[]>();
  #bytes = 0;
  #arrivals = 0;

  constructor(limit: number, budget: Budget) {
    this.#limit = limit;
    this.#budget = budget;
  }

  /** Whether no more may be kept. One edit may go beyond the limit, so that any can be sent. */
  get full(): boolean {
    return this.#bytes >= this.#limit || this.#budget.spent;
  }

  has(session: SessionId): boolean {
    return this.#sessions.has(session);
  }

  add(session: SessionId, number: number, kind: UpdateKind, update: Uint8Array): void {
    const kept = { session, number, kind, update, arrival: ++this.#arrivals };
    const others = this.#sessions.get(session);
    if (others) others.push(kept);
    else this.#sessions.set(session, [kept]);
    this.#count(cost(kept));
  }

  /** Forgets what is durable: all of the session's up to `number`. */
  settle(session: SessionId, number: number): void {
    const kept = this.#sessions.get(session);
    if (!kept) return;
    let count = 0;
    let bytes = 0;
    for (const update of kept) {
      if (update.number > number) break;
      count++;
      bytes += cost(update);
    }
    this.#count(-bytes);
    if (count === kept.length) this.#sessions.delete(session);
    else kept.splice(0, count);
  }

  /** The update was not taken and shall not be; its number still counts. */
  refuse(session: SessionId, number: number): void {
    const kept = this.#sessions.get(session);
    const index = kept?.findIndex((update) => update.number === number) ?? -1;
    const update = kept?.[index];
    if (!kept || !update) return;
    kept[index] = { ...update, kind: "update", update: EMPTY_UPDATE };
    this.#count(cost(kept[index]) - cost(update));
  }

  /** Forgets a session's edits, settled or not. */
  drop(session: SessionId): void {
    this.settle(session, Number.POSITIVE_INFINITY);
  }

  clear(): void {
    for (const session of this.#sessions.keys()) this.drop(session);
  }

  /** All of them, oldest first: what builds on another's edit comes after it. */
  all(): readonly UnsettledUpdate[] {
    return [...this.#sessions.values()].flat().sort((a, b) => a.arrival - b.arrival);
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#budget.take(bytes);
  }
}

const cost = ({ update }: UnsettledUpdate): number => update.length + OVERHEAD;
