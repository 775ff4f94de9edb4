import type { RoomName } from "@homeroom/protocol";
import {
  type Append,
  type AppendOutcome,
  type Logger,
  type RoomStore,
  StoreError,
} from "@homeroom/room";
import { newReplica, type PendingRecord, placed, type Replica, same, settled } from "./replica.js";
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
  /** Puts back what the shared store has lost. Rejects where that cannot be done now. */
  readonly restore: (entry: Append, replica: Replica) => Promise<void>;
  readonly logger: Logger;
}

/** Writes appends to both copies; they count once the shared store has accepted them [R1–R3]. */
export class Replicator {
  readonly #local: RoomStore;
  readonly #shared: SharedStore;
  readonly #replicas: Map<RoomName, Replica>;
  readonly #restore: (entry: Append, replica: Replica) => Promise<void>;
  readonly #logger: Logger;
  /** Which record an update went into, so that one that is tried again is not journaled again. */
  readonly #recordOf = new WeakMap<Uint8Array, PendingRecord>();

  constructor({ local, shared, replicas, restore, logger }: ReplicatorOptions) {
    this.#local = local;
    this.#shared = shared;
    this.#replicas = replicas;
    this.#restore = restore;
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
    return { ...entry, replica, last };
  }

  /** Whether this very update waits already. The caller may have put other bytes in its place. */
  #isPending(update: Uint8Array, { backlog }: Replica): boolean {
    const record = this.#recordOf.get(update);
    if (!record || !backlog.includes(record)) return false;
    return record.updates.some((taken) => Buffer.compare(taken, update) === 0);
  }

  /** Writes what is new to the local copies. One that misses a record takes no more. */
  async #keep(entries: readonly Entry[]): Promise<void> {
    const fresh = new Map<PendingRecord, Entry>();
    for (const entry of entries) {
      const isNew = entry.last.local === null && entry.last.accepted === null;
      if (isNew && entry.replica.current) fresh.set(entry.last, entry);
    }
    if (fresh.size === 0) return;
    const batch = Array.from(fresh, ([{ updates }, { room, home }]) => ({ room, home, updates }));
    let outcomes: readonly AppendOutcome[] = [];
    let cause: unknown;
    try {
      outcomes = await this.#local.append(batch);
    } catch (error) {
      cause = error;
    }
    for (const [index, [record, { room, replica }]] of [...fresh].entries()) {
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
      const unsent = rooms.flatMap(({ room, home, replica }) =>
        replica.backlog
          .filter(({ accepted }) => accepted === null)
          .map((record) => ({ replica, record, append: { room, home, updates: record.updates } })),
      );
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

  /** Finds out how much of what was sent without an answer has been accepted. */
  async #settle(uncertain: readonly Entry[]): Promise<void> {
    if (uncertain.length === 0) return;
    const rooms = uncertain.map(({ room }) => room);
    const positions = await this.#shared.positions(rooms);
    for (const [index, { home, replica }] of uncertain.entries()) {
      const held = positions[index]?.cursor ?? null;
      const { standing, count } = settled(replica, held);
      if (standing === "exceeds") replica.current = false;
      for (const [place, record] of replica.backlog.slice(0, count).entries()) {
        const seq = (replica.shared?.seq ?? 0) + place + 1;
        record.accepted = record.local ?? { epoch: held?.epoch ?? home.epoch, seq };
      }
    }
    await this.#shared.confirm(rooms);
  }

  /** What was accepted lies where it belongs, or the shared store has lost what was before. */
  async #agree(entry: Entry): Promise<void> {
    const { room, replica } = entry;
    const standing = placed(replica);
    if (standing === "exceeds") replica.current = false;
    if (standing === "lacks") {
      this.#logger.warn({ room }, "the shared store lost records: restoring");
      try {
        await this.#restore(entry, replica);
      } catch (error) {
        replica.uncertain = true;
        replica.failure = error instanceof StoreError ? error : unavailable(error);
        return;
      }
    }
    let accepted = 0;
    for (const record of replica.backlog) {
      if (!record.accepted) break;
      if (record.local && !same(record.local, record.accepted)) replica.current = false;
      replica.shared = record.accepted;
      accepted++;
    }
    replica.backlog.splice(0, accepted);
  }

  #outcome({ room, replica, last }: Entry): AppendOutcome {
    if (replica.failure?.code === "FENCED") this.#replicas.delete(room);
    if (last.accepted && !replica.backlog.includes(last)) {
      return { ok: true, cursor: last.accepted };
    }
    return { ok: false, error: replica.failure ?? unavailable() };
  }
}

const oncePerRoom = (entries: readonly Entry[]): readonly Entry[] => [
  ...new Map(entries.map((entry) => [entry.replica, entry])).values(),
];

const unavailable = (cause?: unknown): StoreError =>
  new StoreError("UNAVAILABLE", "the shared store has not accepted this yet; try again", {
    cause,
  });
