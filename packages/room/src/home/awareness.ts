import { type AwarenessEntry, encodeAwareness, isNullState, NULL_STATE } from "@homeroom/protocol";

interface Presence<Owner> {
  readonly entry: AwarenessEntry;
  readonly owner: Owner;
}

/** What became of an entry. */
export type AwarenessVerdict =
  | "accepted"
  /** Not newer than what is known: an echo, most of the time. */
  | "stale"
  /** Its client rejoined with a clock that the others have already seen: it must step it. */
  | "behind"
  /** Another session speaks for this client id. */
  | "foreign"
  /** The session speaks for too many client ids already. */
  | "too-many";

/** Far beyond any client's life, and far from where clocks end: one that is told to step it can. */
const MAX_CLOCK = 2 ** 30;

/** Clocks of clients that left, so that late echoes do not bring them back. */
const MAX_DEPARTED = 1_000;

/**
 * Who is present in a room, as the bytes that each client wrote. A client id belongs to the
 * session that announced it first, until that session leaves.
 */
export class AwarenessRegistry<Owner> {
  readonly #present = new Map<number, Presence<Owner>>();
  readonly #ids = new Map<Owner, Set<number>>();
  readonly #departed = new Map<number, number>();
  readonly #changed = new Map<number, AwarenessEntry>();
  readonly #maxIds: number;

  constructor(maxIdsPerOwner: number) {
    this.#maxIds = maxIdsPerOwner;
  }

  get changed(): boolean {
    return this.#changed.size > 0;
  }

  ownerOf(client: number): Owner | null {
    return this.#present.get(client)?.owner ?? null;
  }

  /** Judges an entry without looking into its state. */
  judge(owner: Owner, { client, clock, state }: AwarenessEntry): AwarenessVerdict {
    if (clock >= MAX_CLOCK) return "stale";
    const known = this.#present.get(client);
    if (known) {
      const newer =
        clock > known.entry.clock || (clock === known.entry.clock && isNullState(state));
      if (!newer) return "stale";
      return known.owner === owner ? "accepted" : "foreign";
    }
    if (isNullState(state)) return "stale";
    const departed = this.#departed.get(client);
    if (departed !== undefined && clock <= departed) return "behind";
    return (this.#ids.get(owner)?.size ?? 0) < this.#maxIds ? "accepted" : "too-many";
  }

  /**
   * Takes an entry that was judged `accepted` and whose state was checked. The state is copied: it
   * is a view into a message that may be much larger, and stays for as long as its client.
   */
  accept(owner: Owner, { client, clock, state }: AwarenessEntry): void {
    const entry = { client, clock, state: new Uint8Array(state) };
    this.#changed.set(client, entry);
    if (isNullState(entry.state)) {
      this.#depart(entry);
      this.#ids.get(owner)?.delete(entry.client);
      return;
    }
    this.#departed.delete(entry.client);
    this.#present.set(entry.client, { entry, owner });
    const ids = this.#ids.get(owner) ?? new Set();
    ids.add(entry.client);
    this.#ids.set(owner, ids);
  }

  /** Tells the others that the clients of a session are gone. */
  leave(owner: Owner): void {
    for (const client of this.#ids.get(owner) ?? []) {
      const known = this.#present.get(client);
      if (!known) continue;
      const gone = { client, clock: known.entry.clock, state: NULL_STATE };
      this.#depart(gone);
      this.#changed.set(client, gone);
    }
    this.#ids.delete(owner);
  }

  /** The entry that makes a client whose clock is behind step it and announce itself again. */
  stepBeyond(client: number): Uint8Array {
    const clock = this.#departed.get(client) ?? 0;
    return encodeAwareness([{ client, clock, state: NULL_STATE }]);
  }

  /** Everybody, null where nobody is there. */
  all(): Uint8Array | null {
    if (this.#present.size === 0) return null;
    return encodeAwareness([...this.#present.values()].map(({ entry }) => entry));
  }

  /** What changed since the last call. */
  takeChanges(): Uint8Array {
    const update = encodeAwareness([...this.#changed.values()]);
    this.#changed.clear();
    return update;
  }

  #depart({ client, clock }: AwarenessEntry): void {
    this.#present.delete(client);
    this.#departed.delete(client);
    this.#departed.set(client, clock);
    if (this.#departed.size > MAX_DEPARTED) {
      const oldest = this.#departed.keys().next();
      if (!oldest.done) this.#departed.delete(oldest.value);
    }
  }
}
