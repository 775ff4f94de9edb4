import { Redis } from "ioredis";
import { InvariantError } from "../load/invariants.js";
import type { JournalWatch } from "./journal-watch.js";

/** A place in a room's journal: `<epoch>-<number>`. */
interface Place {
  readonly epoch: number;
  readonly number: number;
}

/**
 * Reads the journals of rooms as they lie in Redis: records follow the snapshot and each other
 * number by number, under epochs that only rise, each of which somebody has claimed.
 * @throws InvariantError
 */
export async function assertJournalsWhole(
  port: number,
  rooms: readonly string[],
  watch: JournalWatch,
): Promise<void> {
  const redis = new Redis({ port, host: "127.0.0.1", retryStrategy: () => null });
  const wrong: string[] = [];
  try {
    for (const room of rooms) {
      const entries = await redis.xrange(`{${room}}:l`, "-", "+");
      const cursor = await redis.hget(`{${room}}:s`, "cursor");
      const places = entries
        .filter(([, fields]) => fields[0] !== "claim")
        .map(([id]) => placeOf(id));
      if (cursor !== null) places.unshift(placeOf(cursor));
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
  } finally {
    redis.disconnect();
  }
  if (wrong.length > 0) throw new InvariantError(wrong.slice(0, 20).join("\n"));
}

function placeOf(id: string): Place {
  const [epoch, number] = id.split("-").map(Number);
  return { epoch: epoch ?? Number.NaN, number: number ?? Number.NaN };
}

const tell = ({ epoch, number }: Place): string => `${epoch}-${number}`;
