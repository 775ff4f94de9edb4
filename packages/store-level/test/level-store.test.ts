import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { copyStoreContract } from "@homeroom/cluster/contract";
import { roomStoreContract } from "@homeroom/room/contract";
import { LevelStore } from "@homeroom/store-level";
import { Random, tempDir } from "@homeroom/testkit";
import { expect, test } from "vitest";
import { silent } from "./support/loggers.js";
import { room } from "./support/sample-store.js";

roomStoreContract("LevelStore", {
  persistent: true,
  harness: async () => {
    const directory = await tempDir();
    return {
      open: (clock) => LevelStore.open({ directory: directory.path, logger: silent, clock }),
      clean: () => directory.close(),
    };
  },
});

copyStoreContract("LevelStore", async () => {
  const directory = await tempDir();
  const store = await LevelStore.open({ directory: directory.path, logger: silent });
  return { store, close: () => directory.close() };
});

const home = { node: "n", epoch: 1 };

test("SL7 snapshots of any size come back, and long ones are stored deflated", async () => {
  const directory = await tempDir();
  const store = await LevelStore.open({ directory: directory.path, logger: silent });
  const random = new Random(1);
  const snapshots = [
    new Uint8Array(),
    Buffer.from("short"),
    Buffer.from("words and words ".repeat(200_000)),
    random.bytes(100_000),
  ];
  for (const [index, snapshot] of snapshots.entries()) {
    const name = room(`size/${index}`);
    const [outcome] = await store.append([{ room: name, home, updates: [Buffer.from("x")] }]);
    if (!outcome?.ok) throw new Error("not written");
    await store.compact(name, home, snapshot, outcome.cursor);
    const stored = await store.open(name);
    expect(Buffer.compare(stored.snapshot ?? Buffer.of(1), snapshot)).toBe(0);
    expect((await store.describe(name))?.bytes).toBe(snapshot.length);
  }
  await store.close();
  let bytes = 0;
  for (const name of await readdir(join(directory.path, "journal"))) {
    bytes += (await stat(join(directory.path, "journal", name))).size;
  }
  expect(bytes).toBeLessThan(500_000);
  await directory.close();
});

test("SL8 rooms beyond those whose heads are kept go on where they were", async () => {
  const directory = await tempDir();
  const store = await LevelStore.open({
    directory: directory.path,
    logger: silent,
    durability: "process",
  });
  const rooms = Array.from({ length: 10_050 }, (_, index) => room(`many/${index}`));
  const entries = rooms.map((each) => ({ room: each, home, updates: [Buffer.from("x")] }));
  await store.append(entries);
  const outcomes = await store.append(entries);
  expect(outcomes.every((outcome) => outcome.ok && outcome.cursor.seq === 2)).toBe(true);
  await store.close();
  await directory.close();
});
