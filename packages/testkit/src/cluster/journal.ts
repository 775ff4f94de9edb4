import { Redis } from "ioredis";
import * as decoding from "lib0/decoding";
import * as Y from "yjs";
import { InvariantError } from "../load/invariants.js";
import type { JournalWatch } from "./journal-watch.js";

/** A place in a room's journal: `<epoch>-<number>`. */
interface Place {
  readonly epoch: number;
  readonly number: number;
}

/** A room as it lies in Redis, read without any of Homeroom's own code. */
export interface StoredJournal {
  readonly room: string;
  /** Of the snapshot, if there is one, and of each record after it. */
  readonly places: readonly Place[];
  /** What snapshot and records hold together. */
  readonly doc: Y.Doc;
}

/** Reads the journals of rooms as they lie in Redis. */
export async function readJournals(
  port: number,
  rooms: readonly string[],
): Promise<readonly StoredJournal[]> {
  const redis = new Redis({ port, host: "127.0.0.1", retryStrategy: () => null });
  try {
    return await Promise.all(rooms.map((room) => readJournal(redis, room)));
  } finally {
    redis.disconnect();
  }
}

async function readJournal(redis: Redis, room: string): Promise<StoredJournal> {
  const [cursor, snapshot] = await redis.hmgetBuffer(`{${room}}:s`, "cursor", "data");
  const entries = await redis.xrangeBuffer(`{${room}}:l`, "-", "+");
  const doc = new Y.Doc();
  const places: Place[] = [];
  if (cursor && snapshot) {
    places.push(placeOf(cursor.toString()));
    Y.applyUpdate(doc, snapshot);
  }
  for (const [id, fields] of entries) {
    // The mark of a claim is no record.
    const updates = fields[fields.findIndex((name) => name.toString() === "u") + 1];
    if (fields[0]?.toString() === "claim" || updates === undefined) continue;
    places.push(placeOf(id.toString()));
    const decoder = decoding.createDecoder(updates);
    while (decoding.hasContent(decoder)) {
      Y.applyUpdate(doc, decoding.readVarUint8Array(decoder));
    }
  }
  return { room, places, doc };
}

/**
 * Records follow the snapshot and each other number by number, under epochs that only rise, each
 * of which somebody has claimed. @throws InvariantError
 */
export function assertJournalsWhole(journals: readonly StoredJournal[], watch: JournalWatch): void {
  const wrong: string[] = [];
  for (const { room, places } of journals) {
    const claimed = new Set(watch.rooms.get(room)?.claims.map(({ epoch }) => epoch));
    for (const [index, place] of places.entries()) {
      const { epoch, number } = place;
      const before = places[index - 1];
      if (!claimed.has(epoch)) wrong.push(`${room}: nobody claimed the epoch of ${tell(place)}`);
      if (before === undefined) continue;
      if (number !== before.number + 1 || epoch < before.epoch) {
        wrong.push(`${room}: ${tell(place)} follows ${tell(before)}`);
      }
    }
  }
  if (wrong.length > 0) throw new InvariantError(wrong.slice(0, 20).join("\n"));
}

function placeOf(id: string): Place {
  const [epoch, number] = id.split("-").map(Number);
  return { epoch: epoch ?? Number.NaN, number: number ?? Number.NaN };
}

const tell = ({ epoch, number }: Place): string => `${epoch}-${number}`;
