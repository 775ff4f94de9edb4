import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Random, seededRandom } from "@homeroom/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readManifest } from "../../src/leveldb/manifest.js";
import { isTableIntact, mendTable, type TableBounds } from "../../src/leveldb/table-file.js";
import { isOurs } from "../../src/recovery/mend-log.js";
import { journalFiles, type SampleStore, sampleStore } from "../support/sample-store.js";

/** Every third byte of a table takes a second; which ones, the seed says. */
const STRIDE = 3;

let sample: SampleStore;
let whole: Buffer;
let bounds: TableBounds;

beforeAll(async () => {
  const random = new Random(1);
  sample = await sampleStore({ random, rooms: 3, commits: 12, updateBytes: 200, restarts: 1 });
  const manifest = await readManifest(join(sample.path, "journal"));
  if (manifest.state !== "intact") throw new Error(manifest.reason);
  const [table] = await journalFiles(sample.path, /\.ldb$/);
  if (!table) throw new Error("the sample has no table");
  const found = manifest.version.tables.get(Number.parseInt(table.name.replace(/\D/g, ""), 10));
  if (!found) throw new Error(`${table.name} is not in the manifest`);
  whole = await readFile(join(sample.path, table.name));
  bounds = found;
});
afterAll(() => sample.close());

test("SL33 a table that LevelDB wrote is intact, and mending changes nothing in it", () => {
  expect(isTableIntact(whole, bounds.length)).toBe(true);
  const { file, lost } = mendTable(whole, bounds, isOurs);
  expect(lost).toEqual([]);
  expect(isTableIntact(file, bounds.length)).toBe(true);
});

test("SL33 a flipped byte of a table is noticed, and costs one entry at most", () => {
  const start = seededRandom("flips in a table").integer(0, STRIDE - 1);
  const footer = bounds.length - 48;
  const unnoticed: number[] = [];
  const unmended: number[] = [];
  const costly: number[] = [];
  let costs = 0;
  for (let offset = start; offset < whole.length; offset += STRIDE) {
    const file = Buffer.from(whole);
    file[offset] = (file[offset] ?? 0) ^ (1 << (offset % 8));
    if (isTableIntact(file, bounds.length)) {
      // The footer is padded: some of its bytes mean nothing.
      if (offset < footer) unnoticed.push(offset);
      continue;
    }
    const mended = mendTable(file, bounds, isOurs);
    const ends = [bounds.length, mended.file.length];
    if (!ends.every((end) => isTableIntact(mended.file, end))) unmended.push(offset);
    const entries = mended.lost.reduce((sum, range) => sum + range.entries, 0);
    if (entries > 1) costly.push(offset);
    costs += entries;
  }
  expect({ unnoticed, unmended, costly }).toEqual({ unnoticed: [], unmended: [], costly: [] });
  expect(costs).toBeGreaterThan(0);
});

test("SL33 a table that is cut short keeps the blocks that are left", () => {
  for (const length of [0, 100, Math.floor(whole.length / 2), whole.length - 1]) {
    const mended = mendTable(whole.subarray(0, length), bounds, isOurs);
    expect(isTableIntact(mended.file, bounds.length)).toBe(true);
    if (length < 4_000) expect(mended.lost.length, `cut at ${length}`).toBe(1);
  }
});
