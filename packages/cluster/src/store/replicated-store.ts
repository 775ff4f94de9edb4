import type { RoomName } from "@homeroom/protocol";
import {
  type Append,
  type AppendOutcome,
  type Cursor,
  compareCursors,
  type Home,
  type ListRooms,
  type Logger,
  type RoomStore,
  type StoredRoom,
  type StoredRoomSummary,
  StoreError,
} from "@homeroom/room";
import pLimit from "p-limit";
import { Copies, type United } from "./copies.js";
import {
  acceptedCount,
  newReplica,
  type PendingRecord,
  type Replica,
  same,
  unite,
} from "./replica.js";
import { Replicator } from "./replicator.js";
import type { CopyStore, Position, SharedStore } from "./shared-store.js";

export interface ReplicatedStoreOptions {
  /** This node's own journal and warm cache. */
  readonly local: CopyStore;
  /** What the other nodes can see; what it has accepted is durable. */
  readonly shared: SharedStore;
  /** The claim under which this node is home to the room, null where it is not. */
  readonly homeOf: (room: RoomName) => Home | null;
  /** Neither copy is whole any more, but the home's document is: its next snapshot mends them. */
  readonly needsSnapshot: (room: RoomName) => void;
  /** The shared store holds what the home's document lacks: it is to be applied as an edit. */
  readonly found: (room: RoomName, update: Uint8Array) => void;
  readonly logger: Logger;
}

export interface Reconciliation {
  /** Rooms of which the shared store holds what it had accepted. */
  readonly intact: number;
  /** Rooms of which it held something else, which was put right. */
  readonly restored: number;
  /** Rooms that a snapshot will mend, or that are to be tried again. */
  readonly pending: number;
}

/** Rooms asked about in one request, and rooms put right at the same time. */
const positionsAtOnce = 500;
const restoresAtOnce = 4;

/**
 * A home's journal in two places: on its own disk, and where the other nodes can see it [R1–R12].
 * What the shared store has accepted under the fence is durable; while it is away the local journal
 * goes on, and nothing is said to be durable.
 */
export class ReplicatedStore implements RoomStore {
  readonly #options: ReplicatedStoreOptions;
  readonly #replicas = new Map<RoomName, Replica>();
  readonly #copies: Copies;
  readonly #replicator: Replicator;
  /** Whatever adds records to both copies does so one at a time. */
  readonly #inTurn = pLimit(1);
  #closed = false;

  constructor(options: ReplicatedStoreOptions) {
    const { local, shared, logger } = options;
    this.#options = options;
    this.#copies = new Copies(local, shared, logger);
    this.#replicator = new Replicator({
      local,
      shared,
      replicas: this.#replicas,
      reunite: ({ room, home }, replica) => this.#reunite(room, home, replica),
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
  async open(room: RoomName, earlier?: StoredRoom): Promise<StoredRoom> {
    const home = this.#options.homeOf(room);
    const known = this.#replicas.get(room);
    if (home && known?.epoch === home.epoch) return await this.#openOwn(room, known);
    const since = earlier && (await this.#copies.openSince(room, earlier));
    const { stored, current } = since ?? (await this.#copies.open(room, home));
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
    const replica = this.#replicas.get(room);
    if (!replica?.astray) await this.#compactShared(room, home, snapshot, upTo, replica);
    if (replica && (replica.astray || !replica.current)) {
      await this.#inTurn(() => this.#mend(room, home, replica, snapshot, upTo));
    } else {
      const { local } = this.#options;
      await this.#locally(room, replica, () => local.compact(room, home, snapshot, upTo));
    }
  }

  async remove(room: RoomName, home: Home): Promise<void> {
    await this.#options.shared.remove(room, home);
    this.#replicas.delete(room);
    await this.#locally(room, undefined, () => this.#options.local.remove(room, home));
  }

  async describe(room: RoomName): Promise<StoredRoomSummary | null> {
    try {
      return await this.#options.shared.describe(room);
    } catch (error) {
      const away = error instanceof StoreError && error.transient;
      if (!away || !this.#replicas.get(room)?.current) throw error;
      return await this.#options.local.describe(room);
    }
  }

  list(query: ListRooms): Promise<readonly StoredRoomSummary[]> {
    return this.#options.shared.list(query);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const { local, shared } = this.#options;
    await this.#inTurn(() => Promise.all([local.close(), shared.close()]));
  }

  /** This node has ceased to be home to the room. What is on its disk stays, as a warm copy. */
  forget(room: RoomName): void {
    this.#replicas.delete(room);
  }

  /**
   * Puts right what the shared store holds of this node's rooms [R9, R10]: to be called after a
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
        const positions = await this.#options.shared.positions(some);
        const reconcile = async (room: RoomName, index: number): Promise<void> => {
          const position = positions[index];
          if (position) count[await this.#reconcile(room, position)]++;
        };
        await Promise.all(some.map((room, index) => limit(reconcile, room, index)));
      }
      return count;
    });
  }

  /** A room whose only writer this is. */
  async #openOwn(room: RoomName, replica: Replica): Promise<StoredRoom> {
    if (replica.current) {
      const stored = await this.#copies.openLocal(room);
      if (stored) return stored;
      replica.current = false;
    }
    const stored = await this.#options.shared.open(room);
    const waiting = replica.backlog.filter(({ accepted }) => accepted === null);
    return { ...stored, tail: [...stored.tail, ...waiting.flatMap(({ updates }) => updates)] };
  }

  async #compactShared(
    room: RoomName,
    home: Home,
    snapshot: Uint8Array,
    upTo: Cursor,
    replica: Replica | undefined,
  ): Promise<void> {
    try {
      await this.#options.shared.compact(room, home, snapshot, upTo);
    } catch (error) {
      const hadAccepted = replica?.shared && compareCursors(upTo, replica.shared) <= 0;
      if (!(error instanceof RangeError) || !hadAccepted) throw error;
      replica.astray = true;
    }
  }

  async #reconcile(room: RoomName, position: Position): Promise<keyof Reconciliation> {
    const home = this.#options.homeOf(room);
    const replica = this.#replicas.get(room);
    if (!home || !replica) return "intact";
    replica.epoch = home.epoch;
    if (acceptedCount(replica, position) !== null) return "intact";
    replica.astray = true;
    try {
      await this.#reunite(room, home, replica);
      return replica.astray ? "pending" : "restored";
    } catch (error) {
      this.#options.logger.error({ err: error, room }, "room not restored");
      return "pending";
    }
  }

  /** Brings the copies together again where the local one can be relied on. */
  async #reunite(room: RoomName, home: Home, replica: Replica): Promise<void> {
    if (!replica.current) {
      this.#options.needsSnapshot(room);
      return;
    }
    // Others are appended meanwhile, and wait their turn to be written anywhere.
    const held = new Set(replica.backlog.filter(({ local }) => local !== null));
    this.#united(room, replica, held, await this.#copies.unite(room, home));
  }

  /** Makes good whatever is wrong with the copies, by a snapshot of the home's document. */
  async #mend(
    room: RoomName,
    home: Home,
    replica: Replica,
    snapshot: Uint8Array,
    upTo: Cursor,
  ): Promise<void> {
    let copy = { whole: snapshot, cursor: upTo };
    if (replica.astray) {
      const ours = { snapshot, tail: [], cursor: upTo };
      const united = await this.#copies.uniteWith(room, home, ours);
      // The snapshot holds most of what waits; which of it, nobody has noted.
      this.#united(room, replica, new Set(), united);
      copy = { whole: united.whole, cursor: united.cursor ?? upTo };
    }
    await this.#locally(room, replica, async () => {
      const reached = await this.#copies.renew(room, home, copy.whole, copy.cursor);
      replica.current = same(reached, replica.shared ?? null);
      // The copy now ends where the shared one does: what waits is to be written to it again.
      for (const record of replica.backlog) record.local = null;
    });
  }

  #united(
    room: RoomName,
    replica: Replica,
    held: ReadonlySet<PendingRecord>,
    { cursor, found }: United,
  ): void {
    unite(replica, held, cursor);
    if (found) this.#options.found(room, found);
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
      this.#options.logger.error({ err: error, room }, "local copy falls behind");
    }
  }
}
