import type { RoomName } from "@homeroom/protocol";
import { parseKey } from "../keys.js";
import { type LogRecord, readLog, writeLog } from "../leveldb/log-file.js";
import {
  type BatchEntry,
  type EntryCheck,
  encodeBatch,
  mayBegin,
  salvageBatch,
  sequencesOf,
} from "../leveldb/write-batch.js";
import { isSealed } from "../records.js";
import type { Loss } from "./loss.js";

export interface MendedLog {
  readonly file: Buffer;
  readonly loss: Loss;
}

/** A value proves itself by its checksum, a deletion by nothing but the look of its key. */
export const isOurs: EntryCheck = ({ key, value }: BatchEntry): boolean =>
  value === null ? parseKey(key) !== null : isSealed(key, value);

/**
 * The batches of a write-ahead log. Bytes that merely look like a torn end, and do not go on from
 * the batch before, are damage.
 */
export function readBatches(file: Buffer): readonly LogRecord[] {
  let end: number | null = null;
  return readLog(file).map((record): LogRecord => {
    if (record.state === "intact") end = sequencesOf(record.payload).end;
    if (record.state !== "torn" || end === null || mayBegin(record.payload, end)) return record;
    return { ...record, state: "damaged" };
  });
}

/**
 * A write-ahead log of what is intact in an altered one: whole batches, and of an altered batch the
 * entries that prove themselves.
 * @param sequence what the first entry has where no other batch tells
 */
export function mendLog(records: readonly LogRecord[], sequence: number): MendedLog {
  const payloads: Uint8Array[] = [];
  const rooms = new Set<RoomName>();
  let lost = 0;
  let end: number | null = null;
  for (const [index, record] of records.entries()) {
    if (record.state === "torn") break;
    if (record.state === "intact") {
      payloads.push(record.payload);
      end = sequencesOf(record.payload).end;
      continue;
    }
    const { entries, lost: missing, lostKeys } = salvageBatch(record.payload, isOurs);
    // Each commit writes a journal record and a head for a room, so of one that is missing the
    // other one tells. Of several nobody can: their keys are the best there is.
    if (missing > 1) for (const room of roomsOf(lostKeys)) rooms.add(room);
    lost += missing;
    const next = records.slice(index + 1).find((later) => later.state === "intact");
    const before = next ? sequencesOf(next.payload).first - entries.length : sequence;
    const first: number = end ?? before;
    if (entries.length > 0) payloads.push(encodeBatch({ sequence: first, entries }));
    end = first + entries.length;
  }
  return { file: writeLog(payloads), loss: { records: lost, ranges: [], rooms: [...rooms] } };
}

function roomsOf(keys: readonly Uint8Array[]): readonly RoomName[] {
  return keys.flatMap((key) => {
    const parsed = parseKey(key);
    return parsed && parsed.kind !== "audit" ? [parsed.room] : [];
  });
}
