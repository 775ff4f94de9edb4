import type { RoomName } from "@homeroom/protocol";
import {
  type Append,
  type AppendOutcome,
  type Logger,
  type RoomStore,
  StoreError,
} from "@homeroom/room";
import {
  acceptedCount,
  expectedSeq,
  isInPlace,
  newReplica,
  type PendingRecord,
  type Replica,
  same,
} from "./replica.js";
import type { SharedStore } from "./shared-store.js";

interface Entry extends Append {
  readonly replica: Replica;
  /** The record with the entry's last update: once that is accepted, so is the entry. */
  readonly last: PendingRecord;
}

export interface ReplicatorOptions {
  readonly local: RoomStore;
  readonly shared: SharedStore;
  readonly replicas: Map<RoomName, Replica>;
  /** Brings the two copies together again. Rejects where that cannot be done now. */
  readonly reunite: (entry: Append, replica: Replica) => Promise<void>;
  readonly logger: Logger;
}

/** Writes appends to both copies; they count once the shared store has accepted them [R1–R3]. */
export class Replicator {
  readonly #local: RoomStore;
  readonly #shared: SharedStore;
  readonly #replicas: Map<RoomName, Replica>;
  readonly #reunite: (entry: Append, replica: Replica) => Promise<void>;
  readonly #logger: Logger;
  /** Which record an update went into, so that one that is tried again is not journaled again. */
  readonly #recordOf = new WeakMap<Uint8Array, PendingRecord>();

  constructor({ local, shared, replicas, reunite, logger }: ReplicatorOptions) {
    this.#local = local;
    this.#shared = shared;
    this.#replicas = replicas;
    this.#reunite = reunite;
    this.#logger = logger;
  }

  /** Takes the bytes of a batch at once; `commit` what it returns, one after the other. */
  take(batch: readonly Append[]): readonly Entry[] {
    return batch.map((entry) => this.#take(entry));
  }

  async commit(entries: readonly Entry[]): Promise<readonly AppendOutcome[]> {
    await Promise.all([this.#keep(entries), this.#share(entries)]);
    for (const entry of oncePerRoom(entries)) await this.#agree(entry);
    return entries.map((entry) => this.#outcome(entry));
  }

  #take(entry: Append): Entry {
    const { room, home, updates } = entry;
    const replica = this.#replicas.get(room) ?? newReplica(home.epoch, undefined, true);
    this.#replicas.set(room, replica);
    replica.epoch = home.epoch;
    const fresh = updates.filter((update) => !this.#isPending(update, replica));
    if (fresh.length > 0) {
      const taken = fresh.map((update) => Uint8Array.from(update));
      const record: PendingRecord = { updates: taken, local: null, accepted: null };
      for (const update of fresh) this.#recordOf.set(update, record);
      replica.backlog.push(record);
    }
    const last = replica.backlog.at(-1);
    if (!last) throw new RangeError("an append needs at least one update");
    return { room, home, updates, replica, last };
  }

  /** Whether this very update waits already. The caller may have put other bytes in its place. */
  #isPending(update: Uint8Array, { backlog }: Replica): boolean {
    const record = this.#recordOf.get(update);
    if (!record || !backlog.includes(record)) return false;
    return record.updates.some((taken) => Buffer.compare(taken, update) === 0);
  }

  /** Writes what is new to the local copies. One that misses a record takes no more. */
  async #keep(entries: readonly Entry[]): Promise<void> {
    const fresh = oncePerRoom(entries).flatMap(({ room, home, replica }) =>
      replica.current
        ? replica.backlog
            .filter(({ local }) => local === null)
            .map((record) => ({ room, home, replica, record }))
        : [],
    );
    if (fresh.length === 0) return;
    const batch = fresh.map(({ room, home, record: { updates } }) => ({ room, home, updates }));
    let outcomes: readonly AppendOutcome[] = [];
    let cause: unknown;
    try {
      outcomes = await this.#local.append(batch);
    } catch (error) {
      cause = error;
    }
    for (const [index, { room, replica, record }] of fresh.entries()) {
      const outcome = outcomes[index];
      if (outcome?.ok) {
        record.local = outcome.cursor;
        continue;
      }
      replica.current = false;
      this.#logger.error({ err: outcome?.error ?? cause, room }, "local copy falls behind");
    }
  }

  /** Sends what the shared store has not accepted, whichever attempt it is from. */
  async #share(entries: readonly Entry[]): Promise<void> {
    const rooms = oncePerRoom(entries);
    for (const { replica } of rooms) replica.failure = null;
    try {
      await this.#settle(rooms.filter(({ replica }) => replica.uncertain));
      const unsent = rooms.flatMap(unsentOf);
      for (const { replica } of unsent) replica.uncertain = true;
      const outcomes =
        unsent.length > 0 ? await this.#shared.append(unsent.map(({ append }) => append)) : [];
      for (const { replica } of unsent) replica.uncertain = false;
      for (const [index, { replica, record }] of unsent.entries()) {
        const outcome = outcomes[index];
        if (outcome?.ok) {
          record.accepted = outcome.cursor;
        } else {
          replica.uncertain = true;
          replica.failure ??= outcome?.error ?? unavailable();
        }
      }
    } catch (error) {
      const failure = error instanceof StoreError ? error : unavailable(error);
      for (const { replica } of rooms) replica.failure = failure;
    }
  }

  /** Finds out how much of what was sent without an answer has been accepted, and is safe. */
  async #settle(uncertain: readonly Entry[]): Promise<void> {
    if (uncertain.length === 0) return;
    const rooms = uncertain.map(({ room }) => room);
    const positions = await this.#shared.positions(rooms);
    await this.#shared.confirm(rooms);
    for (const [index, { home, replica }] of uncertain.entries()) {
      const position = positions[index];
      if (!position) continue;
      const count = acceptedCount(replica, position);
      if (count === null) replica.astray = true;
      for (const [place, record] of replica.backlog.slice(0, count ?? 0).entries()) {
        const epoch = position.cursor?.epoch ?? home.epoch;
        const seq = expectedSeq(replica, place) ?? 0;
        record.accepted = record.local ?? { epoch, seq };
      }
    }
  }

  /** What was accepted is where it belongs, or the two copies are brought together again. */
  async #agree(entry: Entry): Promise<void> {
    const { room, replica } = entry;
    if (!isInPlace(replica)) {
      replica.astray = true;
      this.#logger.warn({ room }, "the shared store holds something else than it had accepted");
      try {
        await this.#reunite(entry, replica);
      } catch (error) {
        replica.uncertain = true;
        replica.failure = error instanceof StoreError ? error : unavailable(error);
        return;
      }
    }
    const unaccepted = replica.backlog.findIndex(({ accepted }) => accepted === null);
    const settled = replica.backlog.splice(0, unaccepted < 0 ? Infinity : unaccepted);
    for (const { accepted, local } of settled) {
      if (!same(local, accepted)) replica.current = false;
      replica.shared = accepted;
    }
  }

  #outcome({ room, replica, last }: Entry): AppendOutcome {
    if (replica.failure?.code === "FENCED") this.#replicas.delete(room);
    if (last.accepted && !replica.backlog.includes(last)) {
      return { ok: true, cursor: last.accepted };
    }
    return { ok: false, error: replica.failure ?? unavailable() };
  }
}

/** What a room's part of a commit still has to send. */
const unsentOf = ({ room, home, replica }: Entry) =>
  replica.backlog.flatMap((record, index) => {
    if (record.accepted) return [];
    const expected = expectedSeq(replica, index);
    const append = { room, home, updates: record.updates };
    return [{ replica, record, append: expected === undefined ? append : { ...append, expected } }];
  });

const oncePerRoom = (entries: readonly Entry[]): readonly Entry[] => [
  ...new Map(entries.map((entry) => [entry.replica, entry])).values(),
];

const unavailable = (cause?: unknown): StoreError =>
  new StoreError("UNAVAILABLE", "the shared store has not accepted this yet; try again", {
    cause,
  });
