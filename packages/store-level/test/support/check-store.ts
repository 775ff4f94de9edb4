import type { RoomName } from "@homeroom/protocol";
import { type StoredRoom, StoreError } from "@homeroom/room";
import { LevelStore } from "@homeroom/store-level";
import { expect } from "vitest";
import { type LogLine, recordingLogger } from "./loggers.js";
import { type Acknowledged, type SampleStore, stateOf } from "./sample-store.js";

export interface Findings {
  /** Rooms that `open` refused. */
  readonly damaged: readonly RoomName[];
  readonly lines: readonly LogLine[];
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const read = (stored: StoredRoom): Acknowledged | null =>
  stored.cursor && {
    snapshot: stored.snapshot && text(stored.snapshot),
    tail: stored.tail.map(text),
    cursor: stored.cursor,
  };

/**
 * Opens a damaged copy of a sample and checks what must hold whatever was damaged: every room is
 * whole or refused and reported, no other state; and the store goes on, now and when it is opened
 * again.
 */
export async function checkStore(path: string, sample: SampleStore): Promise<Findings> {
  const logger = recordingLogger();
  const rooms = new Map(sample.rooms);
  // Nothing here tests the disk, and waiting for it would take most of the time.
  const store = await LevelStore.open({ directory: path, logger, durability: "process" });
  let damaged: readonly RoomName[];
  try {
    damaged = await checkRooms(store, rooms, sample.removed);
    const reported = new Set(store.damagedRooms().map((each) => each.room));
    for (const room of damaged) {
      expect(reported, `${room} is reported`).toContain(room);
      const line = logger.lines.find((each) => each.level === "error" && each.fields.room === room);
      expect(line, `${room} is logged`).toBeDefined();
    }
    await appendTo(store, rooms, damaged);
  } finally {
    await store.close();
  }

  const again = await LevelStore.open({
    directory: path,
    logger: recordingLogger(),
    durability: "process",
  });
  try {
    expect(await checkRooms(again, rooms, sample.removed)).toEqual(damaged);
    for (const room of damaged) {
      await again.remove(room, { node: "operator", epoch: Number.MAX_SAFE_INTEGER });
      expect(await again.open(room)).toEqual({ snapshot: null, tail: [], cursor: null });
    }
    expect(again.damagedRooms().filter((each) => damaged.includes(each.room))).toEqual([]);
  } finally {
    await again.close();
  }
  return { damaged, lines: logger.lines };
}

/** Rooms that open with a state that they had once, and no longer have. */
export interface OlderStates extends Findings {
  readonly older: readonly RoomName[];
}

/** Checks what must hold where the end of the journal is gone: a room is as it was at some time. */
export async function checkForOlderStates(path: string, sample: SampleStore): Promise<OlderStates> {
  const logger = recordingLogger();
  const store = await LevelStore.open({ directory: path, logger, durability: "process" });
  const damaged: RoomName[] = [];
  const older: RoomName[] = [];
  try {
    for (const [room, states] of sample.history) {
      const stored = await openOrDamaged(store, room);
      if (stored === null) {
        damaged.push(room);
        continue;
      }
      const state = stateOf(read(stored));
      expect(states, `${room} is as it was once`).toContain(state);
      if (state !== stateOf(sample.rooms.get(room) ?? null)) older.push(room);
    }
  } finally {
    await store.close();
  }
  return { damaged, older, lines: logger.lines };
}

/** @returns the rooms that are refused */
async function checkRooms(
  store: LevelStore,
  rooms: ReadonlyMap<RoomName, Acknowledged>,
  removed: readonly RoomName[],
): Promise<readonly RoomName[]> {
  const damaged: RoomName[] = [];
  for (const [room, acknowledged] of rooms) {
    const stored = await openOrDamaged(store, room);
    if (stored === null) {
      damaged.push(room);
      continue;
    }
    expect(read(stored), `${room} opens with what was acknowledged`).toEqual(acknowledged);
  }
  for (const room of removed) {
    const stored = await openOrDamaged(store, room);
    if (stored === null) damaged.push(room);
    else expect(stored.cursor, `${room} stays removed`).toBeNull();
  }
  const listed = new Set(
    (await store.list({ prefix: "", after: null, limit: 10_000 })).map((each) => each.room),
  );
  for (const room of rooms.keys()) {
    if (!damaged.includes(room)) expect(listed, `${room} is listed`).toContain(room);
  }
  return damaged;
}

async function openOrDamaged(store: LevelStore, room: RoomName) {
  try {
    return await store.open(room);
  } catch (error) {
    if (error instanceof StoreError && error.code === "DAMAGED") return null;
    throw error;
  }
}

/** Healthy rooms take further updates; damaged ones refuse them. */
async function appendTo(
  store: LevelStore,
  rooms: Map<RoomName, Acknowledged>,
  damaged: readonly RoomName[],
): Promise<void> {
  const entries = [...rooms];
  const outcomes = await store.append(
    entries.map(([room]) => ({
      room,
      home: { node: "later", epoch: 9 },
      updates: [new TextEncoder().encode("later")],
    })),
  );
  for (const [index, [room, known]] of entries.entries()) {
    const outcome = outcomes[index];
    if (damaged.includes(room)) {
      expect(outcome).toMatchObject({ ok: false, error: { code: "DAMAGED" } });
    } else {
      expect(outcome?.ok, `${room} takes an update`).toBe(true);
      if (!outcome?.ok) continue;
      rooms.set(room, { ...known, tail: [...known.tail, "later"], cursor: outcome.cursor });
    }
  }
}
