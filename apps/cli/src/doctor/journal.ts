import { stat } from "node:fs/promises";
import type { Settings } from "@homeroom/config";
import type { RoomName } from "@homeroom/protocol";
import { type Logger, type RoomStore, StoreError } from "@homeroom/room";
import { openStore } from "../compose.js";
import { inWords } from "../words.js";
import { type Finding, mend, note, ok } from "./finding.js";

/** Reading every room may take longer than anybody wants to wait for a doctor. */
const READING_MS = 30_000;
const PAGE = 500;
const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** Opens the store as a start would, and reads every room that it holds. */
export async function checkJournal(settings: Settings): Promise<Finding[]> {
  const subject = "journal";
  const exists = await stat(settings.dataDir).then(
    () => true,
    () => false,
  );
  if (!exists) return [ok(subject, "empty: nothing was stored yet")];
  try {
    const store = await openStore(settings, silent);
    try {
      return await readEverything(store);
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const busy = "in use by a running process: stop it to have the journal checked";
    return [error.code === "LOCKED" ? note(subject, busy) : mend(subject, error.message)];
  }
}

async function readEverything(store: RoomStore): Promise<Finding[]> {
  const deadline = performance.now() + READING_MS;
  const damaged: Finding[] = [];
  let read = 0;
  for await (const room of roomsOf(store)) {
    if (performance.now() > deadline) {
      const words = `${inWords(read)} rooms read in ${READING_MS / 1000} s, the others were not`;
      return [...damaged, note("journal", words)];
    }
    read += 1;
    try {
      await store.open(room);
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== "DAMAGED") throw error;
      damaged.push(mend("journal", `${error.message}: restore it from a backup, or delete it`));
    }
  }
  return damaged.length === 0 ? [ok("journal", `${inWords(read)} rooms, all intact`)] : damaged;
}

async function* roomsOf(store: RoomStore): AsyncGenerator<RoomName> {
  let after: RoomName | null = null;
  do {
    const page = await store.list({ prefix: "", after, limit: PAGE });
    for (const { room } of page) yield room;
    after = page.length < PAGE ? null : (page.at(-1)?.room ?? null);
  } while (after !== null);
}
