import { copyFile, mkdir, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Logger, StoreError } from "@homeroom/room";
import { ClassicLevel } from "classic-level";
import { writeLog } from "../leveldb/log-file.js";
import { readManifest, type Version } from "../leveldb/manifest.js";
import { isTableIntact, mendTable, type TableBounds } from "../leveldb/table-file.js";
import { type BatchEntry, encodeBatch, sequencesOf } from "../leveldb/write-batch.js";
import { replaceFile } from "../replace-file.js";
import { type Loss, marksOf, mergeMark } from "./loss.js";
import { isOurs, mendLog, readBatches } from "./mend-log.js";

export interface RecoverOptions {
  /** LevelDB's directory, which nobody has open. */
  readonly journal: string;
  /** Where altered files are kept as they were. */
  readonly aside: string;
  /** Whether to read every table: at the start of a process, not when a handle is opened again. */
  readonly tables: boolean;
  readonly now: number;
  readonly logger: Logger;
}

/**
 * Checks LevelDB's files before LevelDB opens them, and mends what is altered: LevelDB drops altered
 * parts of a log in silence, and the process ends where an altered table fails one of its
 * assertions. What could not be brought back is marked in the store, for `audit` to name the rooms.
 * @throws StoreError `DAMAGED` where the store as a whole cannot be opened
 */
export async function recover(options: RecoverOptions): Promise<void> {
  await new Recovery(options, await readdir(options.journal)).run();
}

class Recovery {
  readonly #options: RecoverOptions;
  readonly #names: readonly string[];
  /** The first file number, and the first sequence number, that is not taken. */
  #nextNumber: number;
  #nextSequence = 1;
  #bytes = 0;

  constructor(options: RecoverOptions, names: readonly string[]) {
    this.#options = options;
    this.#names = names;
    this.#nextNumber = 1 + Math.max(0, ...names.map(numberOf));
  }

  async run(): Promise<void> {
    const manifest = await readManifest(this.#options.journal);
    if (manifest.state === "intact") {
      this.#nextSequence = manifest.version.lastSequence + 1;
      if (this.#options.tables) await this.#checkTables(this.#tablesOf(manifest.version));
      await this.#checkLogs(this.#logsOf(manifest.version), manifest.version);
    } else {
      await this.#rebuildManifest(manifest.reason);
    }
    this.#options.logger.info({ bytes: this.#bytes }, "the journal's files were checked");
  }

  #tablesOf({ tables }: Version): readonly (readonly [string, TableBounds])[] {
    return [...tables].map(([number, bounds]) => {
      const name = this.#names.find((each) => isTable(each) && numberOf(each) === number);
      if (name === undefined) {
        throw new StoreError(
          "DAMAGED",
          `table ${number} is missing from ${this.#options.journal}: restore the directory from a backup`,
        );
      }
      return [name, bounds] as const;
    });
  }

  #logsOf(version: Version | null): readonly string[] {
    const holdsNews = (number: number) =>
      version === null || number >= version.logNumber || number === version.previousLogNumber;
    return this.#names
      .filter((name) => isLog(name) && holdsNews(numberOf(name)))
      .sort((a, b) => numberOf(a) - numberOf(b));
  }

  async #checkTables(tables: readonly (readonly [string, TableBounds])[]): Promise<void> {
    for (const [name, bounds] of tables) {
      const file = await readFile(join(this.#options.journal, name));
      this.#bytes += file.length;
      if (isTableIntact(file, bounds.length)) continue;
      const mended = mendTable(file, bounds, isOurs);
      const records = mended.lost.reduce((sum, range) => sum + range.entries, 0);
      await this.#replace(name, mended.file, { records, ranges: mended.lost, rooms: [] });
    }
  }

  /** Without a version every log must be clean: LevelDB's repair does not check what it reads. */
  async #checkLogs(names: readonly string[], version: Version | null): Promise<void> {
    for (const name of names) {
      const file = await readFile(join(this.#options.journal, name));
      this.#bytes += file.length;
      const records = readBatches(file);
      const altered = records.some(({ state }) => state === "damaged");
      const torn = records.some(({ state }) => state === "torn");
      const mended = altered || torn ? mendLog(records, this.#nextSequence) : null;
      for (const record of records) {
        if (record.state !== "intact") continue;
        this.#nextSequence = Math.max(this.#nextSequence, sequencesOf(record.payload).end);
      }
      if (mended && (altered || version === null)) {
        await this.#replace(name, mended.file, mended.loss);
      }
    }
  }

  async #rebuildManifest(reason: string): Promise<void> {
    const { journal, logger } = this.#options;
    if (!this.#names.some((name) => isTable(name) || isLog(name))) {
      throw new StoreError("DAMAGED", `${journal} holds no data: restore it from a backup`);
    }
    logger.error({ reason }, "the list of files is damaged: rebuilding it from the files");
    for (const name of this.#names.filter((each) => /^(CURRENT$|MANIFEST-)/.test(each))) {
      await this.#setAside(name);
    }
    for (const name of this.#names.filter(isTable)) {
      const { size } = await stat(join(journal, name));
      await this.#checkTables([[name, { length: size, smallest: null, largest: null }]]);
    }
    await this.#checkLogs(this.#logsOf(null), null);
    await this.#writeMarks([mergeMark]);
    await ClassicLevel.repair(journal);
  }

  async #replace(name: string, file: Buffer, loss: Loss): Promise<void> {
    const { logger } = this.#options;
    const kept = await this.#setAside(name);
    const lostRecords = Number.isFinite(loss.records) ? loss.records : "unknown";
    const fields = { file: name, kept, lostRecords };
    if (loss.records === 0) logger.warn(fields, "an altered file was mended, nothing is lost");
    else logger.error(fields, "an altered file was mended, records are lost");
    await this.#writeMarks(marksOf(loss, name, this.#options.now));
    await replaceFile(this.#options.journal, name, file);
  }

  async #writeMarks(entries: readonly BatchEntry[]): Promise<void> {
    if (entries.length === 0) return;
    // LevelDB takes in any log with a number that its MANIFEST does not know yet.
    const name = `${String(this.#nextNumber++).padStart(6, "0")}.log`;
    await replaceFile(
      this.#options.journal,
      name,
      writeLog([encodeBatch({ sequence: this.#nextSequence, entries })]),
    );
  }

  async #setAside(name: string): Promise<string> {
    const { aside, journal, now } = this.#options;
    const directory = join(aside, new Date(now).toISOString().replaceAll(":", "-"));
    await mkdir(directory, { recursive: true });
    const kept = join(directory, name);
    await copyFile(join(journal, name), kept);
    return kept;
  }
}

const isLog = (name: string): boolean => /^\d+\.log$/.test(name);
const isTable = (name: string): boolean => /^\d+\.(ldb|sst)$/.test(name);

function numberOf(name: string): number {
  const digits = /^(?:MANIFEST-)?(\d+)/.exec(name)?.[1];
  return digits === undefined ? 0 : Number(digits);
}
