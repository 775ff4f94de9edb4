import { cp, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { RoomName } from "@homeroom/protocol";
import type { Cursor } from "@homeroom/room";
import { LevelStore } from "@homeroom/store-level";
import { type Random, type TempDir, tempDir } from "@homeroom/testkit";
import { silent } from "./loggers.js";

export const room = (text: string): RoomName => text as RoomName;

/** What was acknowledged of one room. */
export interface Acknowledged {
  snapshot: string | null;
  tail: string[];
  cursor: Cursor;
}

/** A closed store with several rooms, to be copied and damaged. */
export interface SampleStore {
  readonly path: string;
  readonly rooms: ReadonlyMap<RoomName, Acknowledged>;
  /** Every state that a room has had, as `stateOf` writes them, for all rooms that ever were. */
  readonly history: ReadonlyMap<RoomName, ReadonlySet<string>>;
  /** Rooms that were written and removed. */
  readonly removed: readonly RoomName[];
  /** A copy of its own. */
  copy(): Promise<TempDir>;
  close(): Promise<void>;
}

/** A state to compare with others; null for an absent room. */
export const stateOf = (room: Acknowledged | null): string => JSON.stringify(room);

const home = { node: "sample", epoch: 7 };

export interface SampleOptions {
  readonly random: Random;
  readonly rooms: number;
  readonly commits: number;
  /** Bytes of an update, at most. */
  readonly updateBytes: number;
  /** How often the store is closed and opened on the way, which moves the log into a table. */
  readonly restarts: number;
}

/** Writes rooms at random: commits of one room and of many, compactions, copies, removals. */
export async function sampleStore(options: SampleOptions): Promise<SampleStore> {
  const { random, commits, restarts } = options;
  const names = Array.from({ length: options.rooms }, (_, index) =>
    room(`team-${index % 3}/${index}`),
  );
  const gone = [room("gone/1"), room("gone/2")];
  const directory = await tempDir();
  const rooms = new Map<RoomName, Acknowledged>();
  const history = new Map([...names, ...gone].map((each) => [each, new Set([stateOf(null)])]));
  const become = (each: RoomName, state: Acknowledged) => {
    rooms.set(each, state);
    history.get(each)?.add(stateOf(state));
  };
  const open = () => LevelStore.open({ directory: directory.path, logger: silent });
  let store = await open();

  const write = async (targets: readonly RoomName[]) => {
    const batch = targets.map((target) => ({
      target,
      texts: Array.from({ length: random.integer(1, 3) }, () =>
        random.text(random.integer(1, options.updateBytes)),
      ),
    }));
    const outcomes = await store.append(
      batch.map(({ target, texts }) => ({
        room: target,
        home,
        updates: texts.map((text) => new TextEncoder().encode(text)),
      })),
    );
    for (const [index, { target, texts }] of batch.entries()) {
      const outcome = outcomes[index];
      if (!outcome?.ok) throw new Error("the sample was not written");
      const known = rooms.get(target);
      become(target, {
        snapshot: known?.snapshot ?? null,
        tail: [...(known?.tail ?? []), ...texts],
        cursor: outcome.cursor,
      });
    }
  };

  await write([...names, ...gone]);
  for (let commit = 0; commit < commits; commit++) {
    if (commit === Math.floor(commits / 2)) {
      for (const name of gone) {
        await store.remove(name, home);
        rooms.delete(name);
      }
    }
    await write(random.chance(0.3) ? names.filter(() => random.chance(0.5)) : [random.pick(names)]);
    if (random.chance(0.1)) {
      const name = random.pick(names);
      const known = rooms.get(name);
      if (known) {
        const snapshot = (known.snapshot ?? "") + known.tail.join("");
        await store.compact(name, home, new TextEncoder().encode(snapshot), known.cursor);
        become(name, { ...known, snapshot, tail: [] });
      }
    }
    if (random.chance(0.05)) {
      const name = random.pick(names);
      const known = rooms.get(name);
      if (known) {
        const snapshot = random.text(random.integer(1, 4 * options.updateBytes));
        // What a copy replaces is often behind it, at times ahead of it.
        const seq = Math.max(1, known.cursor.seq + random.integer(-2, 5));
        const cursor = { ...known.cursor, seq };
        await store.install(name, home, new TextEncoder().encode(snapshot), cursor);
        become(name, { snapshot, tail: [], cursor });
      }
    }
    if (restarts > 0 && (commit + 1) % Math.ceil(commits / restarts) === 0) {
      await store.close();
      store = await open();
    }
  }
  await store.close();
  return {
    path: directory.path,
    rooms,
    history,
    removed: gone,
    copy: async () => {
      const copy = await tempDir();
      await cp(directory.path, copy.path, { recursive: true });
      return copy;
    },
    close: () => directory.close(),
  };
}

export interface JournalFile {
  /** Relative to the store's directory. */
  readonly name: string;
  readonly bytes: number;
}

/** The journal's files whose names match, without the empty ones. */
export async function journalFiles(path: string, pattern: RegExp): Promise<readonly JournalFile[]> {
  const files: JournalFile[] = [];
  for (const name of (await readdir(join(path, "journal"))).sort()) {
    if (!pattern.test(name)) continue;
    const { size } = await stat(join(path, "journal", name));
    if (size > 0) files.push({ name: join("journal", name), bytes: size });
  }
  return files;
}
