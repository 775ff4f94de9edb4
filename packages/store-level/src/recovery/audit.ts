import type { RoomName } from "@homeroom/protocol";
import {
  auditKeys,
  headKeys,
  journalKeys,
  mergeKey,
  parseKey,
  quarantineKey,
  snapshotKeys,
} from "../keys.js";
import type { Level } from "../level.js";
import {
  type AuditRecord,
  decodeAudit,
  decodeHead,
  encodeQuarantine,
  type Head,
} from "../records.js";

/** What there is of one room. */
interface Found {
  /** Null where it is missing. */
  head: Head | null;
  snapshot: boolean;
  /** The last journal record without a gap since the snapshot. */
  seq: number;
  problem: string | null;
}

/**
 * Where `recover` marked a loss: compares each room's head with its data, and quarantines the rooms
 * where they differ or whose heads cannot be trusted. The marks go in the same batch.
 */
export async function audit(level: Level, now: number): Promise<void> {
  const marks = await level.iterator(auditKeys).all();
  if (marks.length === 0) return;
  if (marks.some(([key]) => key.equals(mergeKey))) {
    // A rebuilt MANIFEST puts every table into the first level, where `get` takes the table with
    // the highest number for the newest. Merging them all puts that right.
    await level.compactRange(Buffer.of(0), Buffer.of(0xff));
  }
  const ranges = marks.flatMap(([key, value]) => decodeAudit(key, value) ?? []);
  const batch = level.batch();
  for (const [room, problem] of await findDamage(level, ranges)) {
    const key = quarantineKey(room);
    batch.put(key, encodeQuarantine(key, { since: now, reason: problem }));
  }
  for (const [key] of marks) batch.del(key);
  await batch.write({ sync: true });
}

async function findDamage(
  level: Level,
  ranges: readonly AuditRecord[],
): Promise<ReadonlyMap<RoomName, string>> {
  const rooms = new Map<RoomName, Found>();
  const found = (room: RoomName): Found => {
    const known = rooms.get(room) ?? { head: null, snapshot: false, seq: 0, problem: null };
    rooms.set(room, known);
    return known;
  };

  for await (const [key, value] of level.iterator(headKeys())) {
    const parsed = parseKey(key);
    if (parsed?.kind !== "head") continue;
    const room = found(parsed.room);
    room.head = decodeHead(key, value);
    room.seq = room.head?.snapshotSeq ?? 0;
    if (ranges.some((range) => isWithin(key, range))) room.problem = "its head may be an old one";
  }
  for await (const key of level.keys(snapshotKeys)) {
    const parsed = parseKey(key);
    if (parsed?.kind !== "snapshot") continue;
    const room = found(parsed.room);
    if (parsed.seq === room.head?.snapshotSeq) room.snapshot = true;
    else if (parsed.seq > (room.head?.snapshotSeq ?? 0)) room.problem ??= "its head is an old one";
  }
  for await (const key of level.keys(journalKeys)) {
    const parsed = parseKey(key);
    if (parsed?.kind !== "journal") continue;
    const room = found(parsed.room);
    if (parsed.seq === room.seq + 1) room.seq++;
    else if (parsed.seq > room.seq) room.problem ??= `journal record ${room.seq + 1} is missing`;
  }

  const damaged = new Map<RoomName, string>();
  for (const [room, { head, snapshot, seq, problem }] of rooms) {
    if (head === null) damaged.set(room, "its head is missing or altered");
    else if (problem !== null) damaged.set(room, problem);
    else if (head.snapshotSeq > 0 && !snapshot) damaged.set(room, "its snapshot is missing");
    else if (seq < head.seq) damaged.set(room, `journal record ${seq + 1} is missing`);
    else if (seq > head.seq) damaged.set(room, "its head is an old one");
  }
  return damaged;
}

const isWithin = (key: Buffer, { after, before }: AuditRecord): boolean =>
  Buffer.compare(key, after) > 0 && Buffer.compare(key, before) < 0;
