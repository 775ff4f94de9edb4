import { describe, expect, it } from "vitest";
import { Journal, type JournalRoom } from "../../src/home/journal.js";
import { defaultRoomLimits } from "../../src/limits.js";
import type { Append, AppendOutcome, Cursor } from "../../src/store.js";
import { StoreError } from "../../src/store.js";
import { FaultyStore } from "../harness/faulty-store.js";
import { roomName } from "../harness/lab.js";
import { ManualClock } from "../harness/manual-clock.js";
import { RecordingLogger, RecordingMeter } from "../harness/recorders.js";

class FakeRoom implements JournalRoom {
  readonly room;
  readonly home = { node: "test", epoch: 1 };
  readonly durable: number[] = [];
  readonly rejected: { readonly code: string; readonly unwritten: number }[] = [];

  constructor(name: string) {
    this.room = roomName(name);
  }

  onDurable(position: number, _cursor: Cursor): void {
    this.durable.push(position);
  }

  onRejected(error: StoreError, unwritten: readonly Uint8Array[]): void {
    this.rejected.push({ code: error.code, unwritten: unwritten.length });
  }
}

/** A store in which some rooms are refused. */
class RefusingStore extends FaultyStore {
  readonly refusals = new Map<string, StoreError>();

  override async append(batch: readonly Append[]): Promise<readonly AppendOutcome[]> {
    const outcomes = await super.append(batch.filter(({ room }) => !this.refusals.has(room)));
    const accepted = outcomes.values();
    return batch.map(({ room }) => {
      const error = this.refusals.get(room);
      return error ? { ok: false, error } : (accepted.next().value as AppendOutcome);
    });
  }
}

function setUp(): {
  clock: ManualClock;
  store: RefusingStore;
  meter: RecordingMeter;
  logger: RecordingLogger;
  journal: Journal;
} {
  const clock = new ManualClock();
  const store = new RefusingStore(clock);
  const meter = new RecordingMeter();
  const logger = new RecordingLogger();
  const journal = new Journal({ store, clock, logger, meter, limits: defaultRoomLimits });
  return { clock, store, meter, logger, journal };
}

const update = (n: number): Uint8Array => Uint8Array.of(n);

describe("Journal", () => {
  it("D6: gathers what comes during a commit, room by room and in order", async () => {
    const { clock, store, journal } = setUp();
    const [a, b] = [new FakeRoom("a"), new FakeRoom("b")];
    const release = store.hold("append");
    expect(journal.append(a, update(1))).toBe(1);
    await clock.settle();
    expect(journal.append(b, update(2))).toBe(1);
    expect(journal.append(a, update(3))).toBe(2);
    expect(journal.append(a, update(4))).toBe(3);
    release();
    await clock.settle();
    expect([a.durable, b.durable]).toEqual([[1, 3], [1]]);
    expect((await store.open(a.room)).tail).toEqual([update(1), update(3), update(4)]);
    expect(store.calls.append).toBe(2);
  });

  it("D6: a busy journal commits once in each commitIntervalMs, unless somebody waits", async () => {
    const { clock, store, journal } = setUp();
    const a = new FakeRoom("a");
    const write = async (): Promise<void> => {
      journal.append(a, update(1));
      await clock.settle();
    };
    for (let nth = 0; nth < 8; nth++) await write();
    expect(store.calls.append).toBe(8);
    for (let nth = 0; nth < 5; nth++) await write();
    expect([store.calls.append, a.durable.at(-1)]).toEqual([8, 8]);
    await clock.advance(defaultRoomLimits.commitIntervalMs);
    expect([store.calls.append, a.durable.at(-1)]).toEqual([9, 13]);
    await write();
    expect(store.calls.append).toBe(9);
    journal.hurry();
    await clock.settle();
    expect([store.calls.append, a.durable.at(-1), clock.timers]).toEqual([10, 14, 0]);
    await write();
    const settled = journal.settled();
    await clock.settle();
    await settled;
    expect([store.calls.append, clock.timers]).toEqual([11, 0]);
    await write();
    journal.close();
    expect(clock.timers).toBe(0);
  });

  /** So many rooms, each with one update that waits. */
  const writeIn = (journal: Journal, count: number): readonly FakeRoom[] =>
    Array.from({ length: count }, (_, nth) => {
      const room = new FakeRoom(`room-${nth}`);
      journal.append(room, update(1));
      return room;
    });
  const { recordsAtOnce, maxCommitDelayMs } = defaultRoomLimits;
  const isDurable = ({ durable }: FakeRoom): boolean => durable.length > 0;

  it("D8: many rooms take turns, in order, and none waits longer than maxCommitDelayMs", async () => {
    const { clock, store, journal } = setUp();
    const rooms = writeIn(journal, recordsAtOnce + 1_000);
    await clock.settle();
    const first = rooms.filter(isDurable).length;
    expect(first).toBeGreaterThanOrEqual(recordsAtOnce);
    expect(first).toBeLessThan(recordsAtOnce + 500);
    expect(rooms.slice(0, first).every(isDurable)).toBe(true);
    // Who writes again meanwhile has both in one record.
    const last = rooms.at(-1) as FakeRoom;
    expect(journal.append(last, update(2))).toBe(2);
    await clock.advance(maxCommitDelayMs / 2);
    expect([isDurable(last), rooms.filter(isDurable).length > first]).toEqual([false, true]);
    await clock.advance(maxCommitDelayMs / 2);
    expect(rooms.every(isDurable)).toBe(true);
    expect(last.durable).toEqual([2]);
    const records = store.batches.flat();
    expect(records).toHaveLength(rooms.length);
    expect(records.map(({ room }) => room)).toEqual(rooms.map(({ room }) => room));
  });

  it("D8: all of them are written at once where somebody waits, and only those that waited", async () => {
    const { clock, store, journal } = setUp();
    writeIn(journal, recordsAtOnce + 1_000);
    await clock.settle();
    journal.hurry();
    await clock.settle();
    expect(store.batches.flat()).toHaveLength(recordsAtOnce + 1_000);
    const again = writeIn(journal, 1_000);
    await clock.settle();
    expect(again.every(isDurable)).toBe(false);
  });

  it("D8: after a failure all of them are tried at once", async () => {
    const { clock, store, journal } = setUp();
    writeIn(journal, recordsAtOnce);
    await clock.settle();
    store.fail("append", () => new StoreError("UNAVAILABLE", "away"));
    const rooms = writeIn(journal, 1_000);
    await clock.advance(2 * maxCommitDelayMs);
    expect(journal.failure?.code).toBe("UNAVAILABLE");
    store.heal();
    await clock.advance(defaultRoomLimits.retryMaxMs);
    expect(rooms.every(isDurable)).toBe(true);
    expect(store.batches.at(-1)).toHaveLength(1_000);
  });

  it("D5: what failed goes first when it is tried again", async () => {
    const { clock, store, journal, meter } = setUp();
    const a = new FakeRoom("a");
    store.fail("append", () => new Error("whatever it is"));
    journal.append(a, update(1));
    await clock.settle();
    journal.append(a, update(2));
    expect(journal.failure?.code).toBe("UNAVAILABLE");
    store.heal();
    await clock.advance(10_000);
    expect((await store.open(a.room)).tail).toEqual([update(1), update(2)]);
    expect([a.durable, journal.failure, meter.queued]).toEqual([[2], null, 0]);
  });

  it("D5: a store that refuses every room for now is asked less and less often, and said to be away once", async () => {
    const { clock, store, logger, journal } = setUp();
    const [a, b] = [new FakeRoom("a"), new FakeRoom("b")];
    const away = new StoreError("UNAVAILABLE", "away");
    for (const { room } of [a, b]) store.refusals.set(room, away);
    for (const room of [a, b]) journal.append(room, update(1));
    await clock.settle();
    const { retryMinMs: least, retryMaxMs: most } = defaultRoomLimits;
    for (let ms = least; ms < most; ms *= 2) {
      const asked = store.calls.append;
      await clock.advance(ms - 1);
      expect(store.calls.append).toBe(asked);
      await clock.advance(1);
      expect(store.calls.append).toBe(asked + 1);
      expect(journal.failure).toBe(away);
    }
    // Half of it is there again: what it takes is not kept waiting, and it is still not well.
    store.refusals.delete(a.room);
    await clock.advance(most);
    expect(a.durable).toEqual([1]);
    const asked = store.calls.append;
    await clock.advance(least);
    expect(store.calls.append).toBe(asked + 1);
    expect(journal.failure).toBe(away);
    store.refusals.clear();
    await clock.advance(2 * least);
    expect([b.durable, journal.failure]).toEqual([[1], null]);
    expect(logger.lines.map(({ message }) => message)).toEqual([
      "journal unavailable: acknowledgements are withheld",
      "journal available again",
    ]);
  });

  it("a room that is refused for good hears of it, with what was not written; others go on", async () => {
    const { clock, store, journal, meter } = setUp();
    const [a, b] = [new FakeRoom("a"), new FakeRoom("b")];
    store.refusals.set("a", new StoreError("FENCED", "claimed by another"));
    for (const room of [a, b]) {
      journal.append(room, update(1));
      journal.append(room, update(2));
    }
    await clock.settle();
    expect(a.rejected).toEqual([{ code: "FENCED", unwritten: 2 }]);
    expect(b.durable).toEqual([2]);
    expect(meter.queued).toBe(0);
  });

  it("L4: a room that was forgotten is not written, and not told of what was under way", async () => {
    const { clock, store, journal, meter } = setUp();
    const [a, b] = [new FakeRoom("a"), new FakeRoom("b")];
    const release = store.hold("append");
    journal.append(a, update(1));
    await clock.settle();
    journal.append(a, update(2));
    journal.append(b, update(3));
    journal.forget(a);
    release();
    await clock.settle();
    expect([a.durable, b.durable, meter.queued]).toEqual([[], [1], 0]);
    expect(store.batches.flat().filter(({ room }) => room === a.room)).toHaveLength(1);
  });

  it("L4: waiting for the commit under way does not mean waiting for the next", async () => {
    const { clock, store, journal } = setUp();
    const a = new FakeRoom("a");
    const first = store.hold("append");
    journal.append(a, update(1));
    await clock.settle();
    journal.append(a, update(2));
    let done = false;
    const committed = journal.committed().then(() => {
      done = true;
    });
    const second = store.hold("append");
    await clock.settle();
    expect(done).toBe(false);
    first();
    await clock.settle();
    expect([done, store.calls.append]).toEqual([true, 2]);
    second();
    await committed;
    await clock.settle();
  });

  it("L5: settled is when nothing waits, or nothing can be done", async () => {
    const { clock, store, journal } = setUp();
    const a = new FakeRoom("a");
    await journal.settled();
    const release = store.hold("append");
    journal.append(a, update(1));
    await clock.settle();
    journal.append(a, update(2));
    const settled = journal.settled();
    release();
    await clock.settle();
    await settled;
    expect(a.durable).toEqual([1, 2]);
    store.fail("append", () => new StoreError("FULL", "no space left"));
    journal.append(a, update(3));
    await clock.settle();
    await journal.settled();
    journal.close();
    await clock.advance(60_000);
    expect([clock.timers, a.durable]).toEqual([0, [1, 2]]);
  });
});
