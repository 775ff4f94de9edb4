import { type Cursor, compareCursors, type StoreError } from "@homeroom/room";

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
  /** Why the shared store did not accept the backlog when it was last tried. */
  failure: StoreError | null;
}

export const newReplica = (
  epoch: number,
  shared: Cursor | null | undefined,
  current: boolean,
): Replica => ({ epoch, shared, current, backlog: [], uncertain: false, failure: null });

/** What a cursor says about a shared store that has accepted `expected` records of the room. */
export type Standing =
  | "agrees"
  /** It came back without records that it had accepted. */
  | "lacks"
  /** It holds one twice: the answer to a first attempt was lost. */
  | "exceeds";

const compare = (found: number, expected: number): Standing =>
  found === expected ? "agrees" : found < expected ? "lacks" : "exceeds";

/**
 * How many records of the backlog the shared store has accepted, by the cursor that it reports
 * after an attempt without an answer.
 */
export function settled(
  { shared, backlog }: Replica,
  held: Cursor | null,
): { readonly standing: Standing; readonly count: number } {
  // What was there before is not known, so nothing can be said: it will be sent again.
  if (shared === undefined) return { standing: "agrees", count: 0 };
  const before = shared?.seq ?? 0;
  const count = (held?.seq ?? 0) - before;
  if (count < 0 || (count === 0 && !same(held, shared))) return { standing: "lacks", count: 0 };
  if (count > backlog.length) return { standing: "exceeds", count: backlog.length };
  return { standing: "agrees", count };
}

/** Whether the records of the backlog were accepted at the places where they belong. */
export function placed({ shared, backlog }: Replica): Standing {
  for (const [index, { accepted, local }] of backlog.entries()) {
    const expected = shared === undefined ? local?.seq : (shared?.seq ?? 0) + index + 1;
    if (!accepted || expected === undefined) continue;
    const standing = compare(accepted.seq, expected);
    if (standing !== "agrees") return standing;
  }
  return "agrees";
}

/** Whether two places are one. */
export const same = (a: Cursor | null, b: Cursor | null): boolean =>
  a === null || b === null ? a === b : compareCursors(a, b) === 0;
