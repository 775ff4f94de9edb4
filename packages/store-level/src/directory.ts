import { mkdir, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { StoreError } from "@homeroom/room";
import { ClassicLevel } from "classic-level";
import { codeOf } from "./errors.js";
import { explain, HEADROOM_BYTES } from "./free-space.js";
import { replaceFile } from "./replace-file.js";

/*
 * A store's directory:
 *
 *   FORMAT    what this is, and in which format
 *   lock/     an empty LevelDB whose lock keeps other processes out
 *   journal/  the LevelDB that holds the rooms
 *   damaged/  altered files as they were, by the time at which they were mended
 */

const VERSION = 1;
const FORMAT = /^homeroom journal, format (\d+)\n$/;

export interface Directory {
  readonly path: string;
  readonly journal: string;
  readonly aside: string;
  /** Whether the store was there before. */
  readonly exists: boolean;
  /** Notes that the store is there, once LevelDB has made it. */
  complete(): Promise<void>;
  /** Lets other processes in. */
  release(): Promise<void>;
}

/**
 * Takes a directory for this process, a new one if need be, and checks its format.
 * @throws StoreError `LOCKED`, `UNKNOWN_FORMAT`, `FULL`, `UNAVAILABLE`
 */
export async function takeDirectory(path: string): Promise<Directory> {
  const journal = join(path, "journal");
  try {
    await mkdir(path, { recursive: true });
    const lock = await openLock(join(path, "lock"));
    try {
      const exists = await checkFormat(path, journal);
      return {
        path,
        journal,
        aside: join(path, "damaged"),
        exists,
        complete: () => replaceFile(path, "FORMAT", `homeroom journal, format ${VERSION}\n`),
        release: () => lock.close(),
      };
    } catch (error) {
      await lock.close();
      throw error;
    }
  } catch (error) {
    throw await explain(error, path, HEADROOM_BYTES);
  }
}

/**
 * Only LevelDB can take the lock that a crash releases; it takes it by opening, and opening
 * already changes files. So the journal's files are checked under the lock of another LevelDB.
 */
async function openLock(path: string): Promise<ClassicLevel> {
  const lock = new ClassicLevel(path);
  try {
    await lock.open();
  } catch (error) {
    if (codeOf(error) !== "LEVEL_CORRUPTION") throw error;
    // It holds nothing: a new one is as good.
    await ClassicLevel.destroy(path);
    await lock.open();
  }
  return lock;
}

async function checkFormat(path: string, journal: string): Promise<boolean> {
  const text = await readFile(join(path, "FORMAT"), "utf8").catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  });
  if (text !== null) {
    const version = FORMAT.exec(text)?.[1];
    if (version === String(VERSION)) {
      if ((await namesIn(journal)).length > 0) return true;
      throw new StoreError("DAMAGED", `${journal} is missing: restore ${path} from a backup`);
    }
    const found = version === undefined ? "is not readable" : `says ${version}`;
    throw new StoreError(
      "UNKNOWN_FORMAT",
      `the format of ${path} ${found}, this Homeroom reads ${VERSION}: run the version that wrote it`,
    );
  }
  if ((await holdsLevelDb(path)) || (await holdsData(journal))) {
    throw new StoreError(
      "UNKNOWN_FORMAT",
      `${path} holds a database that is not Homeroom's: choose another directory`,
    );
  }
  return false;
}

const namesIn = (directory: string): Promise<readonly string[]> =>
  readdir(directory).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  });

const holdsLevelDb = async (path: string): Promise<boolean> =>
  (await namesIn(path)).includes("CURRENT");

/** A first start that was cut short leaves a LevelDB without data. */
async function holdsData(journal: string): Promise<boolean> {
  for (const name of await namesIn(journal)) {
    if (/\.(ldb|sst)$/.test(name)) return true;
    if (/\.log$/.test(name) && (await stat(join(journal, name))).size > 0) return true;
  }
  return false;
}
