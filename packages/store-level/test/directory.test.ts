import { mkdir, readdir, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LevelStore } from "@homeroom/store-level";
import { type TempDir, tempDir } from "@homeroom/testkit";
import { ClassicLevel } from "classic-level";
import { afterEach, beforeEach, expect, test } from "vitest";
import { silent } from "./support/loggers.js";
import { rejection } from "./support/rejection.js";
import { room } from "./support/sample-store.js";

let directory: TempDir;

beforeEach(async () => {
  directory = await tempDir();
});
afterEach(() => directory.close());

const open = (path = directory.path) => LevelStore.open({ directory: path, logger: silent });

async function writeSomething(): Promise<void> {
  const store = await open();
  await store.append([
    { room: room("a"), home: { node: "n", epoch: 1 }, updates: [Buffer.from("x")] },
  ]);
  await store.close();
}

test("SL1 a new directory is made, and says what it is", async () => {
  const path = join(directory.path, "new", "data");
  await (await open(path)).close();
  expect(await readFile(join(path, "FORMAT"), "utf8")).toBe("homeroom journal, format 1\n");
});

test("SL1 a directory with somebody else's LevelDB is refused and left alone", async () => {
  for (const path of [directory.path, join(directory.path, "data", "journal")]) {
    const foreign = new ClassicLevel(path);
    await foreign.put("docs", "of another program");
    await foreign.close();
  }
  for (const path of [directory.path, join(directory.path, "data")]) {
    expect(await rejection(open(path))).toMatchObject({ code: "UNKNOWN_FORMAT" });
  }
  const foreign = new ClassicLevel(directory.path);
  expect(await foreign.get("docs")).toBe("of another program");
  await foreign.close();
});

test("SL2 a newer or unreadable format is refused before anything is touched", async () => {
  await writeSomething();
  const before = await readdir(join(directory.path, "journal"));
  for (const [text, says] of [
    ["homeroom journal, format 2\n", "says 2"],
    ["something else", "is not readable"],
  ] as const) {
    await writeFile(join(directory.path, "FORMAT"), text);
    const error = await rejection(open());
    expect(error).toMatchObject({ code: "UNKNOWN_FORMAT" });
    expect(String(error)).toContain(says);
  }
  expect(await readdir(join(directory.path, "journal"))).toEqual(before);
});

test("SL3 a store that was there is never made anew", async () => {
  await writeSomething();
  await rm(join(directory.path, "journal"), { recursive: true });
  expect(await rejection(open())).toMatchObject({ code: "DAMAGED" });
  expect(await readdir(directory.path)).not.toContain("journal");
  await mkdir(join(directory.path, "journal"));
  await writeFile(join(directory.path, "journal", "LOG"), "");
  expect(await rejection(open())).toMatchObject({ code: "DAMAGED" });
});

test("SL4 a first start that was cut short is started again", async () => {
  await (await open()).close();
  await rm(join(directory.path, "FORMAT"));
  await rm(join(directory.path, "journal", "CURRENT"));
  await writeSomething();
  const store = await open();
  expect((await store.open(room("a"))).cursor).toEqual({ epoch: 1, seq: 1 });
  await store.close();
});

test("SL4 the lock holds nothing: damaged, it is made anew", async () => {
  await writeSomething();
  await writeFile(join(directory.path, "lock", "CURRENT"), "nonsense");
  const store = await open();
  expect((await store.open(room("a"))).cursor).toEqual({ epoch: 1, seq: 1 });
  await store.close();
});

test("SL5 a directory that cannot be used is named, with the reason", async () => {
  const path = join(directory.path, "file");
  await writeFile(path, "");
  const error = await rejection(open(join(path, "data")));
  expect(error).toMatchObject({ code: "UNAVAILABLE" });
  expect(String(error)).toContain(path);
  expect(String(error)).toContain("ENOTDIR");
});

test("SL6 close leaves no file open", async () => {
  const store = await open();
  await Promise.all([
    store.append([{ room: room("a"), home: { node: "n", epoch: 1 }, updates: [Buffer.from("x")] }]),
    store.open(room("a")),
  ]);
  expect((await openFiles()).length).toBeGreaterThan(0);
  await store.close();
  expect(await openFiles()).toEqual([]);
});

/** Files of the directory that this process has open. */
async function openFiles(): Promise<readonly string[]> {
  const descriptors = await readdir("/proc/self/fd");
  const files = await Promise.all(
    descriptors.map((each) => readlink(`/proc/self/fd/${each}`).catch(() => "")),
  );
  return files.filter((file) => file.startsWith(directory.path));
}
