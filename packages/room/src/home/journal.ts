import type { RoomName } from "@homeroom/protocol";
import type { RoomLimits } from "../limits.js";
import type { Clock, Logger, Meter, Timer } from "../ports.js";
import { type Append, type Cursor, type Home, type RoomStore, StoreError } from "../store.js";
import { TokenBucket } from "../token-bucket.js";

/** One room's part of the journal. Positions count its emitted updates, from 1. */
export interface JournalRoom {
  readonly room: RoomName;
  readonly home: Home;
  /** Every update up to `position` is durable. */
  onDurable(position: number, cursor: Cursor): void;
  /** The store refuses this room for good. What was not yet durable is in `unwritten`. */
  onRejected(error: StoreError, unwritten: readonly Uint8Array[]): void;
}

/** What waits for the store, per room; `firstPosition` is that of `updates[0]`. */
interface Queue {
  readonly target: JournalRoom;
  updates: Uint8Array[];
  bytes: number;
  lastPosition: number;
  durablePosition: number;
  /** Since when it waits for a commit. */
  since: number;
}

type Batch = readonly { readonly queue: Queue; readonly updates: readonly Uint8Array[] }[];

/** After a quiet time so many commits may follow each other, so that who writes alone never waits. */
const COMMITS_AT_ONCE = 8;

/**
 * Group commit: while one batch of rooms' updates is on its way to the store, the next gathers. A
 * commit costs the same whatever is in it (200 µs of processor time with fsync, as much as 40
 * deliveries), so a journal that is busy waits a little before the next one. A record costs the same
 * too, however many edits are in it (a command to Redis, an acknowledgement for each who wrote), so
 * where many rooms are written they take turns, and each has its edits of a second in one record.
 * A batch that the store could not take now is tried again; updates are idempotent, so trying again
 * is always safe.
 */
export class Journal {
  readonly #store: RoomStore;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #meter: Meter;
  readonly #limits: RoomLimits;
  readonly #queues = new Map<JournalRoom, Queue>();
  /** Who waits longest comes first. */
  readonly #waiting = new Set<Queue>();
  readonly #records: TokenBucket;
  readonly #idle: (() => void)[] = [];
  #queuedBytes = 0;
  #commitUnderWay: Promise<void> | null = null;
  #scheduled: Timer | "soon" | null = null;
  /** Before this time, the next commit is kept back. */
  #dueAt = Number.NEGATIVE_INFINITY;
  /** Somebody waits for all that is queued. */
  #hurried = false;
  #retry: Timer | null = null;
  #retryMs: number;
  #failure: StoreError | null = null;

  constructor(options: {
    store: RoomStore;
    clock: Clock;
    logger: Logger;
    meter: Meter;
    limits: RoomLimits;
  }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#meter = options.meter;
    this.#limits = options.limits;
    this.#retryMs = options.limits.retryMinMs;
    const { recordsPerSecond, recordsAtOnce } = options.limits;
    this.#records = new TokenBucket(recordsPerSecond, recordsAtOnce, options.clock.monotonic());
  }

  /** Why the last commit failed, null while commits succeed. */
  get failure(): StoreError | null {
    return this.#failure;
  }

  /** Whether so much waits for the store, in this room or in all, that no more may be accepted. */
  isFull(target: JournalRoom): boolean {
    const { maxJournalQueueBytes, maxRoomQueueBytes } = this.#limits;
    if (this.#queuedBytes >= maxJournalQueueBytes) return true;
    return (this.#queues.get(target)?.bytes ?? 0) >= maxRoomQueueBytes;
  }

  /** Queues an update. @returns its position */
  append(target: JournalRoom, update: Uint8Array): number {
    let queue = this.#queues.get(target);
    if (!queue) {
      queue = { target, updates: [], bytes: 0, lastPosition: 0, durablePosition: 0, since: 0 };
      this.#queues.set(target, queue);
    }
    queue.updates.push(update);
    queue.lastPosition++;
    this.#wait(queue);
    this.#count(queue, update.length);
    this.#schedule();
    return queue.lastPosition;
  }

  /** Drops what waits for a room that is being deleted, and forgets the room. */
  forget(target: JournalRoom): void {
    const queue = this.#queues.get(target);
    if (!queue) return;
    this.#queues.delete(target);
    this.#waiting.delete(queue);
    this.#count(queue, -queue.bytes);
  }

  /** Resolves when the commit that is under way has returned. */
  async committed(): Promise<void> {
    await this.#commitUnderWay;
  }

  /** All that waits now goes with the next commit, which is not kept back. */
  hurry(): void {
    if (this.#waiting.size === 0 && !this.#commitUnderWay) return;
    this.#hurried = true;
    this.#unschedule();
    if (this.#waiting.size > 0) this.#schedule();
  }

  /** Resolves when no commit is under way and, unless the store fails, nothing waits. */
  async settled(): Promise<void> {
    if (!this.#commitUnderWay && (this.#waiting.size === 0 || this.#failure)) return;
    this.hurry();
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** Stops trying; what waits stays unwritten. */
  close(): void {
    this.#retry?.cancel();
    this.#retry = null;
    this.#unschedule();
    this.#waiting.clear();
  }

  #count(queue: Queue, bytes: number): void {
    queue.bytes += bytes;
    this.#queuedBytes += bytes;
    this.#meter.journalQueue(this.#queuedBytes);
  }

  #wait(queue: Queue): void {
    if (this.#waiting.has(queue)) return;
    queue.since = this.#clock.monotonic();
    this.#waiting.add(queue);
  }

  /**
   * All rooms that are edited in one turn of the event loop share a commit. Some commits may
   * follow each other at once, and then one in each `commitIntervalMs`.
   */
  #schedule(): void {
    if (this.#commitUnderWay || this.#scheduled || this.#retry) return;
    const wait = this.#hurried ? 0 : this.#dueAt - this.#clock.monotonic();
    const start = (): void => {
      this.#scheduled = null;
      this.#startCommit();
    };
    if (wait > 0) {
      this.#scheduled = this.#clock.after(wait, start);
    } else {
      this.#scheduled = "soon";
      this.#clock.soon(start);
    }
  }

  #unschedule(): void {
    if (this.#scheduled === null || this.#scheduled === "soon") return;
    this.#scheduled.cancel();
    this.#scheduled = null;
  }

  #startCommit(): void {
    if (this.#commitUnderWay || this.#waiting.size === 0) return;
    const { commitIntervalMs } = this.#limits;
    const credit = this.#clock.monotonic() - (COMMITS_AT_ONCE - 1) * commitIntervalMs;
    this.#dueAt = Math.max(this.#dueAt, credit) + commitIntervalMs;
    const batch = this.#takeBatch();
    this.#hurried = this.#idle.length > 0;
    this.#commitUnderWay = this.#commit(batch).then(() => {
      this.#commitUnderWay = null;
      if (this.#waiting.size > 0) this.#schedule();
      if (this.#waiting.size === 0 || this.#failure) {
        for (const resolve of this.#idle.splice(0)) resolve();
      }
    });
  }

  /**
   * Those whose turn it is: as many as `recordsPerSecond` lets through; where that is not enough,
   * such a share that nearly everybody has a turn within `maxCommitDelayMs`, and then the others.
   */
  #takeBatch(): Batch {
    const { commitIntervalMs, maxCommitDelayMs } = this.#limits;
    const now = this.#clock.monotonic();
    const share = Math.floor((this.#waiting.size * commitIntervalMs) / maxCommitDelayMs);
    const all = this.#hurried || this.#failure !== null;
    const batch: { queue: Queue; updates: readonly Uint8Array[] }[] = [];
    for (const queue of this.#waiting) {
      const inTurn = this.#records.take(1, now) || batch.length < share;
      if (!inTurn && !all && now - queue.since < maxCommitDelayMs) break;
      batch.push({ queue, updates: queue.updates.slice() });
      this.#waiting.delete(queue);
    }
    return batch;
  }

  async #commit(batch: Batch): Promise<void> {
    const appends: Append[] = batch.map(({ queue, updates }) => ({
      room: queue.target.room,
      home: queue.target.home,
      updates,
    }));
    const started = this.#clock.monotonic();
    try {
      const outcomes = await this.#store.append(appends);
      if (outcomes.some(({ ok }) => ok)) this.#retryMs = this.#limits.retryMinMs;
      if (!outcomes.some((outcome) => !outcome.ok && outcome.error.transient)) this.#recovered();
      let bytes = 0;
      for (const [index, { queue, updates }] of batch.entries()) {
        const outcome = outcomes[index];
        if (outcome?.ok) bytes += this.#written(queue, updates, outcome.cursor);
        else if (outcome) this.#refused(queue, outcome.error);
      }
      this.#meter.flushed(batch.length, bytes, this.#clock.monotonic() - started);
    } catch (error) {
      for (const { queue } of batch) {
        if (this.#queues.get(queue.target) === queue) this.#wait(queue);
      }
      this.#failed(error);
    }
  }

  #written(queue: Queue, updates: readonly Uint8Array[], cursor: Cursor): number {
    let bytes = 0;
    for (const update of updates) bytes += update.length;
    if (this.#queues.get(queue.target) !== queue) return bytes;
    queue.updates.splice(0, updates.length);
    queue.durablePosition += updates.length;
    this.#count(queue, -bytes);
    if (queue.updates.length > 0) this.#wait(queue);
    queue.target.onDurable(queue.durablePosition, cursor);
    return bytes;
  }

  #refused(queue: Queue, error: StoreError): void {
    if (error.transient) {
      this.#wait(queue);
      this.#failed(error);
      return;
    }
    const unwritten = queue.updates;
    this.forget(queue.target);
    this.#meter.flushFailed(error.code);
    queue.target.onRejected(error, unwritten);
  }

  #failed(error: unknown): void {
    const failure =
      error instanceof StoreError
        ? error
        : new StoreError("UNAVAILABLE", "the journal failed", { cause: error });
    if (!this.#failure) {
      this.#logger.error({ err: failure }, "journal unavailable: acknowledgements are withheld");
    }
    this.#failure = failure;
    this.#meter.flushFailed(failure.code);
    // One wait for all rooms of a commit.
    if (this.#retry) return;
    this.#retry = this.#clock.after(this.#retryMs, () => {
      this.#retry = null;
      this.#startCommit();
    });
    this.#retryMs = Math.min(this.#retryMs * 2, this.#limits.retryMaxMs);
  }

  #recovered(): void {
    if (!this.#failure) return;
    this.#failure = null;
    this.#retryMs = this.#limits.retryMinMs;
    this.#logger.info({}, "journal available again");
  }
}
