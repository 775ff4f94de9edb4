import { copyFile, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Append } from "@homeroom/room";
import { LevelStore } from "@homeroom/store-level";
import { Random, type TempDir, tempDir } from "@homeroom/testkit";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { headKey, journalKey, snapshotKey } from "../src/keys.js";
import { type Level, openLevel } from "../src/level.js";
import { recover } from "../src/recovery/recover.js";
import { checkStore } from "./support/check-store.js";
import { recordingLogger, silent } from "./support/loggers.js";
import { rejection } from "./support/rejection.js";
import { journalFiles, room, sampleStore } from "./support/sample-store.js";

const home = { node: "n", epoch: 1 };
const hurt = room("team/hurt");
const other = room("team/other");

const entry = (target: typeof hurt, text: string): Append => ({
  room: target,
  home,
  updates: [Buffer.from(text)],
});

let directory: TempDir;
let store: LevelStore;

const open = async (logger = silent) => {
  store = await LevelStore.open({ directory: directory.path, logger });
};

/** Changes records beneath the closed store, with LevelDB's own checksums in order. */
async function tamper(change: (level: Level) => Promise<void>): Promise<void> {
  await store.close();
  const level = await openLevel(join(directory.path, "journal"), false);
  await change(level);
  await level.close();
}

const alter = async (level: Level, key: Buffer): Promise<void> => {
  const value = await level.get(key);
  if (!value) throw new Error("there is no such record");
  value[0] = (value[0] ?? 0) ^ 1;
  await level.put(key, value);
};

beforeEach(async () => {
  directory = await tempDir();
  await open();
  for (const text of ["a", "b", "c"]) await store.append([entry(hurt, text), entry(other, text)]);
  await store.compact(hurt, home, Buffer.from("ab"), { epoch: 1, seq: 2 });
  for (const text of ["d", "e"]) await store.append([entry(hurt, text)]);
});
afterEach(async () => {
  await store.close();
  await directory.close();
});

describe("SL26 a room whose head and data differ is refused, and says why", () => {
  const cases: readonly [string, RegExp, (level: Level) => Promise<void>][] = [
    [
      "a record is missing in the middle",
      /record 4 is missing/,
      (level) => level.del(journalKey(hurt, 4)),
    ],
    [
      "the last record is missing",
      /record 5 is missing/,
      (level) => level.del(journalKey(hurt, 5)),
    ],
    ["a record is altered", /record 4 is altered/, (level) => alter(level, journalKey(hurt, 4))],
    [
      "the snapshot is missing",
      /snapshot 2 is missing/,
      (level) => level.del(snapshotKey(hurt, 2)),
    ],
    [
      "the snapshot is altered",
      /snapshot 2 is altered/,
      (level) => alter(level, snapshotKey(hurt, 2)),
    ],
    ["the head is missing", /head is missing/, (level) => level.del(headKey(hurt))],
    ["the head is altered", /head is altered/, (level) => alter(level, headKey(hurt))],
    [
      "a record lies under another key",
      /record 4 is altered/,
      async (level) => {
        const moved = await level.get(journalKey(hurt, 5));
        if (moved) await level.put(journalKey(hurt, 4), moved);
      },
    ],
  ];

  test.each(cases)("%s", async (_, reason, change) => {
    await tamper(change);
    const logger = recordingLogger();
    await open(logger);
    const error = await rejection(store.open(hurt));
    expect(error).toMatchObject({ name: "StoreError", code: "DAMAGED" });
    expect(String(error)).toMatch(reason);
    expect(store.damagedRooms()).toMatchObject([{ room: hurt }]);
    expect(logger.lines.filter((line) => line.level === "error")).toMatchObject([
      { fields: { room: hurt }, message: "room is damaged" },
    ]);
    expect((await store.open(other)).tail.map(String)).toEqual(["a", "b", "c"]);
    const outcomes = await store.append([entry(hurt, "f"), entry(other, "d")]);
    expect(outcomes).toMatchObject([{ ok: false, error: { code: "DAMAGED" } }, { ok: true }]);
  });

  test("an old head in the place of a newer one", async () => {
    await store.close();
    const level = await openLevel(join(directory.path, "journal"), false);
    const old = await level.get(headKey(hurt));
    await level.close();
    await open();
    await store.append([entry(hurt, "f")]);
    await tamper(async (again) => {
      if (old) await again.put(headKey(hurt), old);
    });
    await open();
    expect(String(await rejection(store.open(hurt)))).toMatch(/head is an old one/);
  });

  test("the record of an earlier life under the key of a later one", async () => {
    await store.close();
    const level = await openLevel(join(directory.path, "journal"), false);
    const old = await level.get(journalKey(hurt, 5));
    await level.close();
    await open();
    await store.install(hurt, home, Buffer.from("abcd"), { epoch: 1, seq: 4 });
    await store.append([entry(hurt, "another fifth")]);
    await tamper(async (again) => {
      if (old) await again.put(journalKey(hurt, 5), old);
    });
    await open();
    expect(String(await rejection(store.open(hurt)))).toMatch(/a journal record is an old one/);
  });

  test("the snapshot of an earlier life under the key of a later one", async () => {
    await store.close();
    const level = await openLevel(join(directory.path, "journal"), false);
    const old = await level.get(snapshotKey(hurt, 2));
    await level.close();
    await open();
    await store.install(hurt, home, Buffer.from("another ab"), { epoch: 1, seq: 2 });
    await tamper(async (again) => {
      if (old) await again.put(snapshotKey(hurt, 2), old);
    });
    await open();
    expect(String(await rejection(store.open(hurt)))).toMatch(/its snapshot is an old one/);
  });

  test("an altered head keeps a listing from nothing but its own room", async () => {
    await tamper((level) => alter(level, headKey(hurt)));
    await open();
    const listed = await store.list({ prefix: "team/", after: null, limit: 10 });
    expect(listed.map((each) => each.room)).toEqual([other]);
    expect(await rejection(store.describe(hurt))).toMatchObject({ code: "DAMAGED" });
    expect(store.damagedRooms()).toMatchObject([{ room: hurt, reason: "its head is altered" }]);
  });
});

describe("SL27 a damaged room", () => {
  beforeEach(async () => {
    await tamper((level) => level.del(journalKey(hurt, 4)));
    await open();
    await rejection(store.open(hurt));
  });

  test("stays refused after a restart, without being looked at again", async () => {
    await store.close();
    const logger = recordingLogger();
    await open(logger);
    expect(store.damagedRooms()).toMatchObject([{ room: hurt }]);
    expect(logger.lines.filter((line) => line.level === "error")).toMatchObject([
      { fields: { room: hurt }, message: "room is damaged" },
    ]);
  });

  test("gives what is readable to who asks for it", async () => {
    const { snapshot, updates } = await store.salvage(hurt);
    expect(String(snapshot)).toBe("ab");
    expect(updates.map(String)).toEqual(["c", "e"]);
  });

  test("may be removed, and begins again", async () => {
    await store.remove(hurt, home);
    expect(store.damagedRooms()).toEqual([]);
    expect(await store.open(hurt)).toEqual({ snapshot: null, tail: [], cursor: null });
    await store.append([entry(hurt, "new")]);
    await store.close();
    await open();
    expect((await store.open(hurt)).tail.map(String)).toEqual(["new"]);
  });
});

describe("SL34 a copy takes the place of a damaged room", () => {
  const cursor = { epoch: 1, seq: 4 };

  const checkWhole = async () => {
    expect(store.damagedRooms()).toEqual([]);
    const { snapshot, tail, cursor: at } = await store.open(hurt);
    expect([String(snapshot), tail, at]).toEqual(["abcd", [], cursor]);
  };

  const damages: readonly [string, (level: Level) => Promise<void>][] = [
    ["a missing record", (level) => level.del(journalKey(hurt, 4))],
    ["an altered head", (level) => alter(level, headKey(hurt))],
    ["an altered snapshot", (level) => alter(level, snapshotKey(hurt, 2))],
  ];

  test.each(damages)("that has %s, for good", async (_, damage) => {
    await tamper(damage);
    await open();
    await rejection(store.open(hurt));
    await store.install(hurt, home, Buffer.from("abcd"), cursor);
    await checkWhole();
    await store.close();
    await open();
    await checkWhole();
    await store.append([entry(hurt, "e")]);
    expect((await store.open(hurt)).cursor).toEqual({ epoch: 1, seq: 5 });
  });

  test("whose damage is found by installing it", async () => {
    await tamper((level) => alter(level, headKey(hurt)));
    await open();
    await store.install(hurt, home, Buffer.from("abcd"), cursor);
    await store.close();
    await open();
    await checkWhole();
  });

  test("but not where the copy was made from a room that was whole", async () => {
    await tamper((level) => level.del(journalKey(hurt, 4)));
    await open();
    await rejection(store.open(hurt));
    const late = store.install(hurt, home, Buffer.from("abcd"), cursor, { epoch: 1, seq: 5 });
    expect(await rejection(late)).toMatchObject({ code: "DAMAGED" });
    expect(store.damagedRooms()).toMatchObject([{ room: hurt }]);
  });
});

test("SL27 a room whose damage is found by removing it is removed for good", async () => {
  await tamper((level) => alter(level, headKey(hurt)));
  await open();
  await store.remove(hurt, home);
  await store.close();
  await open();
  expect(store.damagedRooms()).toEqual([]);
  expect(await store.open(hurt)).toEqual({ snapshot: null, tail: [], cursor: null });
});

test("SL28 mending that was cut short is done again", async () => {
  const random = new Random(5);
  const sample = await sampleStore({ random, rooms: 6, commits: 60, updateBytes: 80, restarts: 1 });
  const files = await journalFiles(sample.path, /\.(log|ldb)$/);
  for (const { name } of files) {
    const copy = await sample.copy();
    const path = join(copy.path, name);
    const file = await readFile(path);
    const at = Math.floor(file.length / 3);
    file[at] = (file[at] ?? 0) ^ 0x55;
    await writeFile(path, file);
    const altered = join(copy.path, "altered");
    await copyFile(path, altered);
    const options = {
      journal: join(copy.path, "journal"),
      aside: join(copy.path, "damaged"),
      tables: true,
      now: 0,
      logger: silent,
    };
    await recover(options);
    // As if the process had ended after it had marked the loss, and before it replaced the file.
    await copyFile(altered, path);
    await recover(options);
    const { damaged } = await checkStore(copy.path, sample);
    expect(damaged.length).toBeLessThanOrEqual(1);
    await copy.close();
  }
  await sample.close();
});

test("SL29 a table that is missing as a whole is not mended, but refused", async () => {
  const random = new Random(6);
  const sample = await sampleStore({ random, rooms: 3, commits: 30, updateBytes: 80, restarts: 1 });
  const copy = await sample.copy();
  const [table] = await journalFiles(copy.path, /\.ldb$/);
  await rm(join(copy.path, table?.name ?? ""));
  const error = await rejection(LevelStore.open({ directory: copy.path, logger: silent }));
  expect(error).toMatchObject({ code: "DAMAGED" });
  expect(String(error)).toMatch(/table \d+ is missing/);
  await copy.close();
  await sample.close();
});
