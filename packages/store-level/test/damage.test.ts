import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Random, seededRandom } from "@homeroom/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkForOlderStates, checkStore } from "./support/check-store.js";
import {
  type JournalFile,
  journalFiles,
  type SampleStore,
  sampleStore,
} from "./support/sample-store.js";

const random = seededRandom("damage");

/** Where a damage was done, for the message of a failure. */
interface Damage {
  readonly file: string;
  readonly offset: number;
  readonly what: string;
}

interface Altered {
  readonly file: Buffer;
  readonly offset: number;
  readonly what: string;
}

type Alter = (file: Buffer, draw: Random) => Altered;

const flipByte: Alter = (file, draw) => {
  const offset = draw.integer(0, file.length - 1);
  const mask = draw.chance(0.5) ? 1 << draw.integer(0, 7) : draw.integer(1, 255);
  file[offset] = (file[offset] ?? 0) ^ mask;
  return { file, offset, what: `xor ${mask}` };
};

const overwriteSector: Alter = (file, draw) => {
  const length = draw.pick([64, 512, 4096]);
  const offset = draw.integer(0, Math.max(0, file.length - length));
  file.set(draw.bytes(Math.min(length, file.length - offset)), offset);
  return { file, offset, what: `${length} random bytes` };
};

const cut: Alter = (file, draw) => {
  const offset = draw.integer(0, file.length - 1);
  // What a crash did not let through reads as nothing, or as zeros from a sector on.
  if (draw.chance(0.5)) return { file: file.subarray(0, offset), offset, what: "cut" };
  file.fill(0, Math.ceil(offset / 512) * 512);
  return { file, offset, what: "zeros from the next sector on" };
};

async function damageAndCheck<Result>(
  sample: SampleStore,
  files: readonly JournalFile[],
  alter: Alter,
  draw: Random,
  check: (path: string, sample: SampleStore) => Promise<Result>,
): Promise<Result & { readonly damage: Damage }> {
  const copy = await sample.copy();
  const name = draw.pick(files).name;
  const path = join(copy.path, name);
  const { file, offset, what } = alter(await readFile(path), draw);
  const damage = { file: name, offset, what };
  await writeFile(path, file);
  try {
    return { ...(await check(copy.path, sample)), damage };
  } catch (error) {
    throw new Error(`${JSON.stringify(damage)}: ${error}`, { cause: error });
  } finally {
    await copy.close();
  }
}

describe("a journal that is still in its log", { timeout: 60_000 }, () => {
  let sample: SampleStore;
  let logs: readonly JournalFile[];

  beforeAll(async () => {
    sample = await sampleStore({
      random: random.fork(),
      rooms: 12,
      commits: 150,
      updateBytes: 120,
      restarts: 0,
    });
    logs = await journalFiles(sample.path, /\.log$/);
    expect(logs.length).toBeGreaterThan(0);
  });
  afterAll(() => sample.close());

  test("SL20 a flipped byte costs one room at most, and is reported", async () => {
    let found = 0;
    for (let round = 0; round < 40; round++) {
      const { damaged, damage } = await damageAndCheck(
        sample,
        logs,
        flipByte,
        random.fork(),
        checkStore,
      );
      expect(damaged.length, JSON.stringify({ damage, damaged })).toBeLessThanOrEqual(1);
      found += damaged.length;
    }
    expect(found).toBeGreaterThan(0);
  });

  test("SL24 a cut end is what a crash leaves: earlier states, and no damage", async () => {
    for (let round = 0; round < 20; round++) {
      const { damaged, damage, lines } = await damageAndCheck(
        sample,
        logs,
        cut,
        random.fork(),
        checkForOlderStates,
      );
      expect(damaged, JSON.stringify(damage)).toEqual([]);
      expect(lines.filter((line) => line.level === "error")).toEqual([]);
    }
  });

  test("SL25 an overwritten stretch costs no room anything in silence", async () => {
    for (let round = 0; round < 20; round++) {
      const { older, damage, lines } = await damageAndCheck(
        sample,
        logs,
        overwriteSector,
        random.fork(),
        checkForOlderStates,
      );
      const told = lines.some((line) => line.message.includes("records are lost"));
      if (older.length > 0) expect(told, JSON.stringify({ damage, older })).toBe(true);
    }
  });
});

describe("a journal in tables", { timeout: 60_000 }, () => {
  let sample: SampleStore;
  let tables: readonly JournalFile[];

  beforeAll(async () => {
    sample = await sampleStore({
      random: random.fork(),
      rooms: 12,
      commits: 200,
      updateBytes: 300,
      restarts: 3,
    });
    tables = await journalFiles(sample.path, /\.ldb$/);
    expect(tables.length).toBeGreaterThan(0);
  });
  afterAll(() => sample.close());

  test("SL21 a flipped byte costs one room at most, and is reported", async () => {
    let found = 0;
    for (let round = 0; round < 40; round++) {
      const { damaged, damage } = await damageAndCheck(
        sample,
        tables,
        flipByte,
        random.fork(),
        checkStore,
      );
      expect(damaged.length, JSON.stringify({ damage, damaged })).toBeLessThanOrEqual(1);
      found += damaged.length;
    }
    expect(found).toBeGreaterThan(0);
  });

  test("SL22 an overwritten stretch leaves every room whole or refused", async () => {
    for (let round = 0; round < 20; round++) {
      await damageAndCheck(sample, tables, overwriteSector, random.fork(), checkStore);
    }
  });

  test("SL23 an altered list of files is rebuilt, and nothing is lost", async () => {
    const lists = await journalFiles(sample.path, /^(MANIFEST-|CURRENT$)/);
    let rebuilt = 0;
    for (let round = 0; round < 20; round++) {
      const draw = random.fork();
      const { damaged, damage, lines } = await damageAndCheck(
        sample,
        lists,
        flipByte,
        draw,
        checkStore,
      );
      expect(damaged, JSON.stringify(damage)).toEqual([]);
      if (lines.some((line) => line.message.includes("rebuilding"))) rebuilt++;
    }
    expect(rebuilt).toBeGreaterThan(0);
  });
});
