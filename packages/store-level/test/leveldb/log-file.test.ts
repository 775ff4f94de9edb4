import { seededRandom } from "@homeroom/testkit";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { maskedCrc32c } from "../../src/leveldb/crc32c.js";
import { type LogRecord, readLog, writeLog } from "../../src/leveldb/log-file.js";

const BLOCK = 32 * 1024;

/** Bytes that are not zero and not alike, as records are. */
const filled = (length: number, seed: number): Buffer =>
  Buffer.from(Uint8Array.from({ length }, (_, at) => 1 + ((at * 7 + seed * 13) % 255)));

const intact = (records: readonly LogRecord[]): readonly string[] =>
  records.flatMap((record) => (record.state === "intact" ? [record.payload.toString("hex")] : []));

describe("SL30 checksums and records are LevelDB's", () => {
  test("the checksum is masked CRC-32C", () => {
    const text = Buffer.from("..123456789..");
    // The check value of CRC-32C, and what LevelDB's mask makes of it.
    const crc = 0xe3069283;
    const masked = ((((crc >>> 15) | (crc << 17)) >>> 0) + 0xa282ead8) % 2 ** 32;
    expect(maskedCrc32c(text, 2, 11)).toBe(masked);
  });

  test("records come back as they were written, across blocks", async () => {
    const lengths = fc.array(
      fc.oneof(
        fc.nat({ max: 200 }),
        fc.integer({ min: BLOCK - 40, max: BLOCK + 40 }),
        fc.nat(90_000),
      ),
      { maxLength: 8 },
    );
    await fc.assert(
      fc.property(lengths, (each) => {
        const payloads = each.map(filled);
        const records = readLog(writeLog(payloads));
        expect(records.every((record) => record.state === "intact")).toBe(true);
        expect(intact(records)).toEqual(payloads.map((payload) => payload.toString("hex")));
      }),
      { seed: seededRandom("log records").seed | 0, numRuns: 50 },
    );
  });
});

describe("a log with one damage", () => {
  // Short records, one over three blocks, and one whose header lies at the very end of a block.
  const payloads = [filled(20, 1), filled(300, 2), filled(70_000, 3), filled(40, 4)];
  const whole = writeLog(payloads);
  const all = intact(readLog(whole));
  /** Every byte near a border of records or blocks, and some between. */
  const offsets = Array.from({ length: whole.length }, (_, at) => at).filter(
    (at) => at < 400 || at > whole.length - 120 || at % BLOCK < 20 || at % BLOCK > BLOCK - 20,
  );

  test("SL31 a flipped byte costs one record, and is never taken for a torn end", () => {
    const wrong: string[] = [];
    for (const offset of offsets) {
      for (const mask of [0x01, 0x80, 0xff]) {
        const file = Buffer.from(whole);
        file[offset] = (file[offset] ?? 0) ^ mask;
        const records = readLog(file);
        const kept = intact(records);
        const damaged = records.filter((record) => record.state === "damaged");
        const right =
          kept.every((payload) => all.includes(payload)) &&
          kept.length + damaged.length === all.length &&
          damaged.length <= 1 &&
          records.length === all.length;
        if (!right) wrong.push(`byte ${offset} xor ${mask}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test("SL32 a cut end is torn, and costs what was cut", () => {
    const ends = payloads.map((_, count) => writeLog(payloads.slice(0, count + 1)).length);
    for (const offset of offsets) {
      const records = readLog(whole.subarray(0, offset));
      const kept = ends.filter((end) => end <= offset).length;
      expect(intact(records), `cut at ${offset}`).toEqual(all.slice(0, kept));
      expect(
        records.some((record) => record.state === "damaged"),
        `cut at ${offset}`,
      ).toBe(false);
    }
  });

  test("SL32 an end that reads as zeros from a sector on is torn", () => {
    for (let sector = 0; sector < whole.length; sector += 512) {
      const file = Buffer.from(whole).fill(0, sector);
      const records = readLog(file);
      expect(all.slice(0, intact(records).length), `zeros from ${sector}`).toEqual(intact(records));
      expect(
        records.some((record) => record.state === "damaged"),
        `zeros from ${sector}`,
      ).toBe(false);
    }
  });
});
