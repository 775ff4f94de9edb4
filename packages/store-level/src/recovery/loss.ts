import { randomBytes } from "node:crypto";
import type { RoomName } from "@homeroom/protocol";
import { auditKey, mergeKey, quarantineKey } from "../keys.js";
import type { LostRange } from "../leveldb/table-file.js";
import type { BatchEntry } from "../leveldb/write-batch.js";
import { type AuditRecord, encodeAudit, encodeQuarantine } from "../records.js";

/** What mending one file could not bring back. */
export interface Loss {
  /** Records, as far as can be told. */
  readonly records: number;
  /** Where in the order of keys they were, if the file was ordered. */
  readonly ranges: readonly LostRange[];
  /** Rooms of which so much is missing that comparing what is left may not show it. */
  readonly rooms: readonly RoomName[];
}

const AUDIT_ID_BYTES = 8;
const nowhere: AuditRecord = { after: Buffer.of(), before: Buffer.of() };

/** Has every room looked at, and every table merged. */
export const mergeMark: BatchEntry = { key: mergeKey, value: encodeAudit(mergeKey, nowhere) };

/**
 * The entries that keep the knowledge of a loss in the store until every room has been looked at.
 * Written before the mended file takes the place of the altered one, they outlive a crash between.
 */
export function marksOf(loss: Loss, file: string, now: number): readonly BatchEntry[] {
  if (loss.records === 0) return [];
  const audits = loss.ranges.length === 0 ? [nowhere] : loss.ranges.map(suspects);
  const reason = `records of ${file} were altered`;
  return [
    ...audits.map((audit) => {
      const key = auditKey(randomBytes(AUDIT_ID_BYTES));
      return { key, value: encodeAudit(key, audit) };
    }),
    ...loss.rooms.map((room) => {
      const key = quarantineKey(room);
      return { key, value: encodeQuarantine(key, { since: now, reason }) };
    }),
  ];
}

/**
 * A single record that is missing between two others was of a room between them, or else an old
 * version of what comes after it. Of several, one may have been a newer version of that.
 */
function suspects({ after, before, entries }: LostRange): AuditRecord {
  const end = before ?? Buffer.of(0xff);
  return {
    after: after ?? Buffer.of(),
    before: entries === 1 ? end : Buffer.concat([end, Buffer.of(0)]),
  };
}
