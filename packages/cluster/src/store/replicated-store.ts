import type { RoomName } from "@homeroom/protocol";
import {
  type Append,
  type AppendOutcome,
  type Cursor,
  type Home,
  type ListRooms,
  type Logger,
  type RoomStore,
  type StoredRoom,
  type StoredRoomSummary,
  StoreError,
} from "@homeroom/room";
import pLimit from "p-limit";
import { Copies } from "./copies.js";
import { newReplica, type Replica, same, settled } from "./replica.js";
import { Replicator } from "./replicator.js";
import type { CopyStore, SharedStore } from "./shared-store.js";

export interface ReplicatedStoreOptions {
  /** This node's own journal and warm cache. */
  readonly local: CopyStore;
  /** What the other nodes can see; what it has accepted is durable. */
  readonly shared: SharedStore;
  /** The claim under which this node is home to the room, null where it is not. */
  readonly homeOf: (room: RoomName) => Home | null;
  /** Neither copy is whole any more, but the home's document is: its next snapshot mends them. */
  readonly needsSnapshot: (room: RoomName) => void;
  readonly logger: Logger;
}

export interface Reconciliation {
  /** Rooms of which the shared store holds everything that it had accepted. */
  readonly intact: number;
  /** Rooms of which it lacked something, which was put back. */
  readonly restored: number;
  /** Rooms that a snapshot will mend, or that are to be tried again. */
  readonly pending: number;
}

/** Rooms asked about in one request, and rooms put back at the same time. */
const positionsAtOnce = 500;
const restoresAtOnce = 4;

/**
 * A home's journal in two places: on its own disk, and where the other nodes can see it [R1–R12].
 * What the shared store has accepted under the fence is durable; while it is away the local journal
 * goes on, and nothing is said to be durable.
 */
export class ReplicatedStore implements RoomStore {
  readonly #local: CopyStore;
  readonly #shared: SharedStore;
  readonly #homeOf: (room: RoomName) => Home | null;
  readonly #needsSnapshot: (room: RoomName) => void;
  readonly #logger: Logger;
  readonly #replicas = new Map<RoomName, Replica>();
  readonly #copies: Copies;
  readonly #replicator: Replicator;
  /** Whatever adds records to both copies does so one at a time. */
  readonly #inTurn = pLimit(1);
  #closed = false;

  constructor({ local, shared, homeOf, needsSnapshot, logger }: ReplicatedStoreOptions) {
    this.#local = local;
    this.#shared = shared;
    this.#homeOf = homeOf;
    this.#needsSnapshot = needsSnapshot;
    this.#logger = logger;
    this.#copies = new Copies(local, shared, logger);
    this.#replicator = new Replicator({
      local,
      shared,
      replicas: this.#replicas,
      restore: ({ room, home }, replica) => this.#restore(room, home, replica),
      logger,
    });
  }

  /**
   * Reads a room from this node's disk where that copy is current, or can be made so by the last
   * records; else from the shared store [R4–R8]. A node that is about to be home opens the room
   * ahead of time, and again once it is.
   * @throws StoreError `UNAVAILABLE` where the shared store is away, unless this is the room's home
   *   and its copy is current
   */
  async open(room: RoomName): Promise<StoredRoom> {
    const home = this.#homeOf(room);
    const known = this.#replicas.get(room);
    if (home && known?.epoch === home.epoch) {
      if (known.current) {
        const stored = await this.#copies.openLocal(room);
        if (stored) return stored;
        known.current = false;
      }
      const stored = await this.#shared.open(room);
      const waiting = known.backlog.filter(({ accepted }) => accepted === null);
      return { ...stored, tail: [...stored.tail, ...waiting.flatMap(({ updates }) => updates)] };
    }
    const { stored, current } = await this.#copies.open(room, home);
    if (home) this.#replicas.set(room, newReplica(home.epoch, stored.cursor, current));
    return stored;
  }

  async append(batch: readonly Append[]): Promise<readonly AppendOutcome[]> {
    if (this.#closed) throw new StoreError("CLOSED", "the store was closed");
    if (batch.some(({ updates }) => updates.length === 0)) {
      throw new RangeError("an append needs at least one update");
    }
    const entries = this.#replicator.take(batch);
    return await this.#inTurn(() => this.#replicator.commit(entries));
  }

  async compact(room: RoomName, home: Home, snapshot: Uint8Array, upTo: Cursor): Promise<void> {
    try {
      await this.#shared.compact(room, home, snapshot, upTo);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      // It came back without a record that it had accepted, and that this snapshot holds.
      await this.#inTurn(() => this.#copies.replace(room, home, snapshot, upTo));
    }
    const replica = this.#replicas.get(room);
    await this.#locally(room, replica, async () => {
      if (!replica || replica.current) await this.#local.compact(room, home, snapshot, upTo);
      else await this.#inTurn(() => this.#renew(room, home, replica, snapshot, upTo));
    });
  }

  async remove(room: RoomName, home: Home): Promise<void> {
    await this.#shared.remove(room, home);
    this.#replicas.delete(room);
    await this.#locally(room, undefined, () => this.#local.remove(room, home));
  }

  async describe(room: RoomName): Promise<StoredRoomSummary | null> {
    try {
      return await this.#shared.describe(room);
    } catch (error) {
      const away = error instanceof StoreError && error.transient;
      if (!away || !this.#replicas.get(room)?.current) throw error;
      return await this.#local.describe(room);
    }
  }

  list(query: ListRooms): Promise<readonly StoredRoomSummary[]> {
    return this.#shared.list(query);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#inTurn(async () => {
      await Promise.all([this.#local.close(), this.#shared.close()]);
    });
  }

  /** This node has ceased to be home to the room. What is on its disk stays, as a warm copy. */
  forget(room: RoomName): void {
    this.#replicas.delete(room);
  }

  /**
   * Puts back what the shared store lacks of this node's rooms [R9, R10]: to be called after a
   * change of primary, once the claims have been verified, and again while rooms are pending.
   * @throws StoreError where the shared store is away
   */
  async reconcile(): Promise<Reconciliation> {
    return await this.#inTurn(async () => {
      const count = { intact: 0, restored: 0, pending: 0 };
      const limit = pLimit(restoresAtOnce);
      const rooms = [...this.#replicas.keys()];
      for (let start = 0; start < rooms.length; start += positionsAtOnce) {
        const some = rooms.slice(start, start + positionsAtOnce);
        const positions = await this.#shared.positions(some);
        const reconcile = async (room: RoomName, index: number): Promise<void> => {
          count[await this.#reconcile(room, positions[index]?.cursor ?? null)]++;
        };
        await Promise.all(some.map((room, index) => limit(reconcile, room, index)));
      }
      return count;
    });
  }

  async #reconcile(room: RoomName, held: Cursor | null): Promise<keyof Reconciliation> {
    const home = this.#homeOf(room);
    const replica = this.#replicas.get(room);
    if (!home || !replica) return "intact";
    replica.epoch = home.epoch;
    if (settled(replica, held).standing !== "lacks") return "intact";
    try {
      await this.#restore(room, home, replica);
      return replica.current ? "restored" : "pending";
    } catch (error) {
      this.#logger.error({ err: error, room }, "room not restored");
      return "pending";
    }
  }

  async #restore(room: RoomName, home: Home, replica: Replica): Promise<void> {
    if (!replica.current) {
      this.#needsSnapshot(room);
      return;
    }
    const cursor = await this.#copies.restore(room, home);
    replica.shared = cursor;
    for (const record of replica.backlog) if (record.local) record.accepted = record.local;
  }

  async #renew(
    room: RoomName,
    home: Home,
    replica: Replica,
    snapshot: Uint8Array,
    upTo: Cursor,
  ): Promise<void> {
    const reached = await this.#copies.renew(room, home, snapshot, upTo);
    replica.current = replica.backlog.length === 0 && same(reached, replica.shared ?? null);
  }

  /** The local copy is a convenience: where it fails it falls behind, and nothing else happens. */
  async #locally(
    room: RoomName,
    replica: Replica | undefined,
    work: () => Promise<void>,
  ): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (replica) replica.current = false;
      this.#logger.error({ err: error, room }, "local copy falls behind");
    }
  }
}
