import type { RoomName } from "@homeroom/protocol";
import { MemoryStore, type StoreOperation } from "../../src/memory/memory-store.js";
import type {
  Append,
  AppendOutcome,
  Home,
  ListRooms,
  RoomStore,
  StoredRoom,
  StoredRoomSummary,
} from "../../src/store.js";
import type { ManualClock } from "./manual-clock.js";

/** A store in memory that fails, stalls and loses its answers when a test says so. */
export class FaultyStore implements RoomStore {
  readonly #store: MemoryStore;
  readonly #held = new Map<StoreOperation, Promise<void>>();
  readonly #failing = new Map<StoreOperation, () => Error>();
  readonly #altered = new Map<RoomName, StoredRoom>();
  readonly #releases = new Set<() => void>();
  #losesAnswers: (() => Error) | null = null;
  /** How often each operation was called. */
  readonly calls: Record<StoreOperation, number> = {
    open: 0,
    append: 0,
    compact: 0,
    remove: 0,
    describe: 0,
    list: 0,
  };
  /** The batches handed to `append`, refused ones too. */
  readonly batches: (readonly Append[])[] = [];

  constructor(clock: ManualClock) {
    this.#store = new MemoryStore({ clock, before: (operation) => this.#before(operation) });
  }

  /** Operations of this kind that begin from now on wait. @returns lets them go on */
  hold(operation: StoreOperation): () => void {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = () => {
        if (this.#held.get(operation) === held) this.#held.delete(operation);
        this.#releases.delete(release);
        resolve();
      };
    });
    this.#held.set(operation, held);
    this.#releases.add(release);
    return release;
  }

  /** Whether any operation fails now. */
  get failing(): boolean {
    return this.#failing.size > 0 || this.#losesAnswers !== null;
  }

  /** Operations of this kind fail until `heal`. */
  fail(operation: StoreOperation, error: () => Error): void {
    this.#failing.set(operation, error);
  }

  /** Appends take effect and then fail, as when a reply is lost. */
  loseAnswers(error: () => Error): void {
    this.#losesAnswers = error;
  }

  /** What `open` says of a room from now on. */
  alter(room: RoomName, stored: StoredRoom): void {
    this.#altered.set(room, stored);
  }

  heal(): void {
    this.#failing.clear();
    this.#losesAnswers = null;
    for (const release of [...this.#releases]) release();
  }

  async #before(operation: StoreOperation): Promise<void> {
    await this.#held.get(operation);
    const error = this.#failing.get(operation);
    if (error) throw error();
  }

  async open(room: RoomName): Promise<StoredRoom> {
    this.calls.open++;
    const stored = await this.#store.open(room);
    return this.#altered.get(room) ?? stored;
  }

  async append(batch: readonly Append[]): Promise<readonly AppendOutcome[]> {
    this.calls.append++;
    this.batches.push(batch);
    const outcomes = await this.#store.append(batch);
    if (this.#losesAnswers) throw this.#losesAnswers();
    return outcomes;
  }

  compact(
    room: RoomName,
    home: Home,
    snapshot: Uint8Array,
    upTo: { epoch: number; seq: number },
  ): Promise<void> {
    this.calls.compact++;
    return this.#store.compact(room, home, snapshot, upTo);
  }

  remove(room: RoomName, home: Home): Promise<void> {
    this.calls.remove++;
    return this.#store.remove(room, home);
  }

  describe(room: RoomName): Promise<StoredRoomSummary | null> {
    this.calls.describe++;
    return this.#store.describe(room);
  }

  list(query: ListRooms): Promise<readonly StoredRoomSummary[]> {
    this.calls.list++;
    return this.#store.list(query);
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}
