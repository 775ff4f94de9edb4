import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Logger, StoreError } from "@homeroom/room";
import type { Directory } from "./directory.js";
import { noSpace, toStoreError } from "./errors.js";
import { explain, HEADROOM_BYTES, hasSpace } from "./free-space.js";
import { type Level, openLevel } from "./level.js";
import { audit } from "./recovery/audit.js";
import { recover } from "./recovery/recover.js";

/**
 * LevelDB's handle. After a write that failed it takes none any more, whatever the reason, while
 * reads go on; it must be closed and opened again, which itself needs space.
 *
 *     open ── a write fails ──▶ failed ── next write, space found ──▶ reopening ──▶ open
 *                                  ▲                                     │
 *                                  └── (no space: stays) ── gone ◀── cannot be opened
 */
type State =
  | { readonly kind: "open"; readonly level: Level }
  | { readonly kind: "failed"; readonly level: Level; readonly cause: unknown }
  | { readonly kind: "gone"; readonly cause: unknown }
  | { readonly kind: "closed" };

export interface DatabaseOptions {
  readonly directory: Directory;
  readonly sync: boolean;
  readonly now: () => number;
  readonly logger: Logger;
  /** Told of each handle before anything else uses it. */
  readonly onOpen: (level: Level) => Promise<void>;
}

export type Batch = ReturnType<Level["batch"]>;

/** One LevelDB that comes back by itself. Writes are made one at a time, by the caller. */
export class Database {
  readonly #options: DatabaseOptions;
  readonly #reads = new Set<Promise<unknown>>();
  #state: State;
  #reopening: Promise<void> | null = null;

  /** @throws StoreError */
  static async open(options: DatabaseOptions): Promise<Database> {
    try {
      return new Database(options, await openChecked(options, true));
    } catch (error) {
      throw await explain(error, options.directory.path, HEADROOM_BYTES);
    }
  }

  private constructor(options: DatabaseOptions, level: Level) {
    this.#options = options;
    this.#state = { kind: "open", level };
  }

  /** Runs `work` on the handle, which stays open until it has returned. @throws StoreError */
  async read<T>(work: (level: Level) => Promise<T>): Promise<T> {
    if (this.#state.kind === "gone") await this.#reopen(0);
    // Where it does not succeed the state says so, and the failed handle may still be there.
    await this.#reopening?.catch(() => {});
    const state = this.#state;
    if (state.kind === "closed") throw closed();
    if (state.kind === "gone") throw toStoreError(state.cause, this.#options.directory.path);
    const run = work(state.level);
    this.#reads.add(run);
    try {
      return await run;
    } finally {
      this.#reads.delete(run);
    }
  }

  /**
   * Makes sure that writing may succeed: opens the handle again where a write has failed.
   * @param bytes about what is to be written
   * @throws StoreError `FULL`, `UNAVAILABLE`
   */
  async writable(bytes: number): Promise<void> {
    if (this.#state.kind === "open") return;
    if (this.#state.kind === "closed") throw closed();
    await this.#reopen(bytes);
  }

  /**
   * Writes a batch, durably unless it or the store need not be; after `writable`.
   * @throws StoreError `FULL`, `UNAVAILABLE`; whether the batch was written is unknown then
   */
  async write(fill: (batch: Batch) => void, bytes: number, sync: boolean): Promise<void> {
    const state = this.#state;
    if (state.kind !== "open") throw closed();
    const batch = state.level.batch();
    fill(batch);
    if (batch.length === 0) return await batch.close();
    try {
      await batch.write({ sync: sync && this.#options.sync });
    } catch (error) {
      this.#state = { kind: "failed", level: state.level, cause: error };
      throw await explain(error, this.#options.directory.path, await this.#spaceFor(bytes));
    }
  }

  async close(): Promise<void> {
    await this.#reopening?.catch(() => {});
    const state = this.#state;
    this.#state = { kind: "closed" };
    await Promise.allSettled(this.#reads);
    if (state.kind === "open" || state.kind === "failed") await state.level.close();
  }

  #reopen(bytes: number): Promise<void> {
    this.#reopening ??= this.#tryToReopen(bytes).finally(() => {
      this.#reopening = null;
    });
    return this.#reopening;
  }

  async #tryToReopen(bytes: number): Promise<void> {
    const { directory, logger } = this.#options;
    const state = this.#state;
    if (state.kind === "open" || state.kind === "closed") return;
    // While the disk is full the failed handle is kept: rooms can still be read from it.
    if (!(await hasSpace(directory.path, await this.#spaceFor(bytes)))) {
      throw noSpace(directory.path, state.cause);
    }
    await Promise.allSettled(this.#reads);
    try {
      if (state.kind === "failed") await state.level.close();
      this.#state = { kind: "open", level: await openChecked(this.#options, false) };
      logger.info({ directory: directory.path }, "the journal was opened again");
    } catch (error) {
      this.#state = { kind: "gone", cause: error };
      throw toStoreError(error, directory.path);
    }
  }

  /** LevelDB copies its logs into tables when it opens. */
  async #spaceFor(bytes: number): Promise<number> {
    const { journal } = this.#options.directory;
    let needed = HEADROOM_BYTES + bytes;
    for (const name of await readdir(journal)) {
      if (name.endsWith(".log")) needed += (await stat(join(journal, name))).size;
    }
    return needed;
  }
}

/** @param start whether this is the start of the process, and not a handle that is opened again */
async function openChecked(options: DatabaseOptions, start: boolean): Promise<Level> {
  const { directory, logger, now, onOpen } = options;
  const { journal, aside } = directory;
  const exists = directory.exists || !start;
  if (exists) await recover({ journal, aside, tables: start, now: now(), logger });
  const level = await openLevel(journal, !exists);
  try {
    await audit(level, now());
    await onOpen(level);
    if (!exists) await directory.complete();
    return level;
  } catch (error) {
    await level.close();
    throw error;
  }
}

function closed(): StoreError {
  return new StoreError("CLOSED", "the store was closed");
}
