import { type Cursor, compareCursors, type StoreError } from "@homeroom/room";
import type { Position } from "./shared-store.js";

/** One append of a room that the shared store is not yet known to have accepted. */
export interface PendingRecord {
  readonly updates: readonly Uint8Array[];
  /** Where the local copy has it, null where it could not be written there. */
  local: Cursor | null;
  /** Where the shared store has it, null until that is known. */
  accepted: Cursor | null;
}

/** What this process knows of the two copies of one room, of which it is the only writer. */
export interface Replica {
  /** The claim under which this is known. */
  epoch: number;
  /** The last record that the shared store has accepted; undefined: not known yet. */
  shared: Cursor | null | undefined;
  /**
   * Whether the local copy holds everything that was accepted, record for record and so under the
   * same cursors. A copy that misses one takes no more, until it is made anew.
   */
  current: boolean;
  /** Oldest first. */
  backlog: PendingRecord[];
  /** Whether some of the backlog may have been accepted without our hearing of it. */
  uncertain: boolean;
  /** Whether the shared store has been found to hold something else than it had accepted. */
  astray: boolean;
  /** Why the shared store did not accept the backlog when it was last tried. */
  failure: StoreError | null;
}

export const newReplica = (
  epoch: number,
  shared: Cursor | null | undefined,
  current: boolean,
): Replica => ({
  epoch,
  shared,
  current,
  backlog: [],
  uncertain: false,
  astray: false,
  failure: null,
});

/** The sequence number that a record of the backlog is to get in both copies. */
export const expectedSeq = ({ shared }: Replica, index: number): number | undefined =>
  shared === undefined ? undefined : (shared?.seq ?? 0) + index + 1;

/**
 * How many records of the backlog the shared store has accepted, by where it says that it is; null
 * where that cannot come of what it had accepted and was sent: it has lost records, holds some
 * twice, or came back with records that it had lost before.
 */
export function acceptedCount(
  { epoch, shared, backlog, astray }: Replica,
  { cursor, intact }: Position,
): number | null {
  if (astray || !intact) return null;
  // What was there before is not known, so nothing can be said: all will be sent again.
  if (shared === undefined) return 0;
  const count = (cursor?.seq ?? 0) - (shared?.seq ?? 0);
  if (count < 0 || count > backlog.length) return null;
  // As many records, but another home's: those of an older copy that came back.
  const ours = count > 0 ? cursor?.epoch === epoch : same(cursor, shared);
  return ours ? count : null;
}

/**
 * The two copies were brought together under `cursor`, and all that the local one held when that began
 * is in both. Whatever else waits is in neither, or may not be: it is written to both, perhaps again.
 * @param held the records of the backlog that the local copy held
 */
export function unite(
  replica: Replica,
  held: ReadonlySet<PendingRecord>,
  cursor: Cursor | null,
): void {
  for (const record of replica.backlog) {
    const at = held.has(record) ? cursor : null;
    record.local = at;
    record.accepted = at;
  }
  replica.backlog = replica.backlog.filter((record) => !held.has(record));
  replica.astray = false;
  replica.shared = cursor;
}

/** Whether the records of the backlog that were accepted are where they belong. */
export const isInPlace = (replica: Replica): boolean =>
  !replica.astray &&
  replica.backlog.every(({ accepted, local }, index) => {
    const expected = expectedSeq(replica, index) ?? local?.seq;
    return !accepted || expected === undefined || accepted.seq === expected;
  });

/** Whether two places are one. */
export const same = (a: Cursor | null, b: Cursor | null): boolean =>
  a === null || b === null ? a === b : compareCursors(a, b) === 0;
