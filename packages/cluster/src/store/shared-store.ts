import type { RoomName } from "@homeroom/protocol";
import type { Append, AppendOutcome, Cursor, Home, RoomStore } from "@homeroom/room";

/** One append as it was accepted. */
export interface StoredRecord {
  readonly cursor: Cursor;
  readonly updates: readonly Uint8Array[];
}

export interface NumberedAppend extends Append {
  /** The sequence number that the record will get, if the store has lost nothing. */
  readonly expected?: number;
}

/** How far a room has got. */
export interface Position {
  /** The last record's, as `open` gives it; null for an absent room. */
  readonly cursor: Cursor | null;
  /** Whether the last record got the number that its writer expected: false where some were lost. */
  readonly intact: boolean;
  /**
   * The highest epoch under which the room was removed, 0 for none. A copy whose cursor is of this
   * epoch or a lower one is of a past life of the room.
   */
  readonly removed: number;
}

/** A store that takes over a copy of a room that was made elsewhere, cursor and all. */
export interface CopyStore extends RoomStore {
  /**
   * @param options `sync: false` for copies of what is durable elsewhere: they need not survive a
   *   power cut, after which the cursor tells that they are missing
   */
  append(
    batch: readonly Append[],
    options?: { readonly sync?: boolean },
  ): Promise<readonly AppendOutcome[]>;
  /**
   * Makes the room consist of `snapshot` alone, which holds everything up to `cursor`, whatever it
   * was before [SH1, SH2]. Appends go on behind `cursor`.
   * @param replaces what the room's cursor must be, if that is said, for a request that arrives late
   * @throws StoreError `FENCED`; `UNAVAILABLE` where the room is not, or no longer, at `replaces`
   */
  install(
    room: RoomName,
    home: Home,
    snapshot: Uint8Array,
    cursor: Cursor,
    replaces?: Cursor | null,
  ): Promise<void>;
}

/**
 * The store that all nodes of a cluster see, fenced by the claims of the `Directory` beside it
 * [SH3–SH8]. It is a server of its own: it can be away, and can come back with less than it had
 * accepted.
 */
export interface SharedStore extends CopyStore {
  append(batch: readonly NumberedAppend[]): Promise<readonly AppendOutcome[]>;
  /** One answer per room, in order; cheap, and in order with what was appended before. */
  positions(rooms: readonly RoomName[]): Promise<readonly Position[]>;
  /**
   * The records after `cursor`, where the room has, or had up to its snapshot, exactly this place.
   * Null where it has not: then `open` it.
   */
  since(room: RoomName, cursor: Cursor): Promise<readonly StoredRecord[] | null>;
  /** Resolves once everything stored of these rooms is as safe as an append would make it. */
  confirm(rooms: readonly RoomName[]): Promise<void>;
}
