import { expect, it } from "vitest";
import type { Room } from "../../src/home/room.js";
import { type Snapshot, Snapshots } from "../../src/home/snapshots.js";
import { defaultRoomLimits } from "../../src/limits.js";
import { FaultyStore } from "../harness/faulty-store.js";
import { roomName } from "../harness/lab.js";
import { ManualClock } from "../harness/manual-clock.js";
import { RecordingLogger, RecordingMeter } from "../harness/recorders.js";

const upTo = { epoch: 1, seq: 1 };

function setUp(snapshotDuty = 0.1): {
  clock: ManualClock;
  store: FaultyStore;
  snapshots: Snapshots;
  /** A room that takes `ms` to encode. */
  room: (name: string, ms: number) => Room;
  encoded: string[];
  failed: Snapshot[];
} {
  const clock = new ManualClock();
  const store = new FaultyStore(clock);
  const limits = { ...defaultRoomLimits, snapshotDuty };
  const snapshots = new Snapshots({
    store,
    clock,
    logger: new RecordingLogger(),
    meter: new RecordingMeter(),
    limits,
  });
  const encoded: string[] = [];
  const failed: Snapshot[] = [];
  const room = (name: string, ms: number): Room => {
    const part: Pick<Room, "room" | "home" | "snapshot" | "snapshotFailed"> = {
      room: roomName(name),
      home: { node: "test", epoch: 1 },
      snapshot() {
        clock.jump(ms);
        encoded.push(`${name} at ${clock.monotonic() - ms}`);
        return {
          update: Uint8Array.of(0, 0),
          upTo,
          replaces: { bytes: 1, records: 1 },
          wanted: false,
        };
      },
      snapshotFailed: (snapshot) => failed.push(snapshot),
    };
    return part as Room;
  };
  return { clock, store, snapshots, room, encoded, failed };
}

it("D7: snapshots take no more than their share of the time", async () => {
  const { clock, snapshots, room, encoded } = setUp(0.1);
  for (const name of ["a", "b", "c"]) snapshots.request(room(name, 50));
  await clock.advance(5_000);
  expect(encoded).toEqual(["a at 0", "b at 500", "c at 1000"]);
  await snapshots.close();
});

it("D7: a room that asks twice, or has gone, is not written twice, or at all", async () => {
  const { clock, snapshots, room, encoded } = setUp(0.1);
  const [a, b, c] = [room("a", 10), room("b", 10), room("c", 10)];
  for (const each of [a, b, b, c]) snapshots.request(each);
  snapshots.forget(c);
  await clock.advance(5_000);
  expect(encoded).toEqual(["a at 0", "b at 100"]);
  await snapshots.close();
});

it("D7: the room is told of a snapshot that failed, and the next one is written", async () => {
  const { clock, store, snapshots, room, encoded, failed } = setUp();
  store.fail("compact", () => new Error("not now"));
  snapshots.request(room("a", 10));
  await clock.settle();
  expect(failed).toHaveLength(1);
  store.heal();
  snapshots.request(room("b", 10));
  await clock.advance(1_000);
  expect(encoded).toHaveLength(2);
  expect(failed).toHaveLength(1);
  await snapshots.close();
});

it("L5: closing waits for the one that is being written, and leaves no timer", async () => {
  const { clock, store, snapshots, room, encoded } = setUp();
  const release = store.hold("compact");
  for (const name of ["a", "b"]) snapshots.request(room(name, 50));
  let closed = false;
  const closing = snapshots.close().then(() => {
    closed = true;
  });
  await clock.settle();
  expect(closed).toBe(false);
  release();
  await clock.advance(5_000);
  await closing;
  expect([encoded.length, clock.timers]).toEqual([1, 0]);
  snapshots.request(room("c", 50));
  await clock.settle();
  expect([encoded.length, clock.timers]).toEqual([1, 0]);
});
