import type { RoomName } from "@homeroom/protocol";

/**
 * A place in a room's journal, ordered by epoch and then by sequence number; written
 * `<epoch>-<seq>`. The epoch grows with each claim of the room, so no two homes share one.
 */
export interface Cursor {
  readonly epoch: number;
  readonly seq: number;
}

/** Who writes: the claim under which a coordinator is home to the room. */
export interface Home {
  readonly node: string;
  readonly epoch: number;
}

/** What a store holds of a room. An absent room has no snapshot, no tail and no cursor. */
export interface StoredRoom {
  /** A V1 update that holds the whole document up to some cursor. */
  readonly snapshot: Uint8Array | null;
  /** The V1 updates journaled after the snapshot, oldest first. */
  readonly tail: readonly Uint8Array[];
  /** The last durable record, or null for a room that was never written. */
  readonly cursor: Cursor | null;
}

/** What a store knows of a room without opening it. */
export interface StoredRoomSummary {
  readonly room: RoomName;
  readonly cursor: Cursor;
  /** Bytes of the snapshot and of the updates after it. */
  readonly bytes: number;
  /** Milliseconds since the epoch of the last append. */
  readonly updatedAt: number;
}

export interface Append {
  readonly room: RoomName;
  readonly home: Home;
  /** V1 updates, at least one [ST9]. */
  readonly updates: readonly Uint8Array[];
}

/** One outcome per entry of a batch: a fence may refuse one room while the others are durable. */
export type AppendOutcome =
  | { readonly ok: true; readonly cursor: Cursor }
  | { readonly ok: false; readonly error: StoreError };

/** Lists names in byte order, strictly after `after`. */
export interface ListRooms {
  readonly prefix: string;
  readonly after: RoomName | null;
  /** At most this many. */
  readonly limit: number;
}

/**
 * Where rooms outlive the process. `contract/SPEC.md` numbers the behaviours that every
 * implementation proves by running `roomStoreContract`; numbers in brackets are its.
 *
 * The caller commits in groups: one `append` call is one commit of many rooms, and the next
 * starts when it has returned. Other calls may be under way at the same time [ST19]. What is
 * handed in may be written over once the call has returned [ST7].
 */
export interface RoomStore {
  /**
   * Reads a room [ST1–ST4].
   * @param earlier what this store gave before, and what it may build on instead of reading
   *   everything again: what is the same is then the same bytes in memory
   * @throws StoreError `DAMAGED` where a record is missing or altered
   */
  open(room: RoomName, earlier?: StoredRoom): Promise<StoredRoom>;
  /**
   * Makes all entries durable, in order, and says so per entry [ST5–ST9]: `FENCED` and `DAMAGED`
   * refuse an entry alone. Rejects where none was made durable, or where that is not known; the
   * same updates may then be appended again.
   */
  append(batch: readonly Append[]): Promise<readonly AppendOutcome[]>;
  /**
   * Replaces the records up to and including `upTo` by `snapshot`, which must hold them all;
   * records after `upTo` stay [ST10–ST12]. Changes nothing where a later snapshot is stored or
   * the room is absent [ST11].
   * @throws StoreError `FENCED`
   * @throws RangeError where `upTo` is after the last record
   */
  compact(room: RoomName, home: Home, snapshot: Uint8Array, upTo: Cursor): Promise<void>;
  /**
   * Removes every trace of the room, damaged or not; an absent room is no error [ST13–ST14].
   * @throws StoreError `FENCED`
   */
  remove(room: RoomName, home: Home): Promise<void>;
  /** The summary of one room, null where it is absent [ST15]. */
  describe(room: RoomName): Promise<StoredRoomSummary | null>;
  /** Summaries in byte order of the names [ST16]. */
  list(query: ListRooms): Promise<readonly StoredRoomSummary[]>;
  /** Waits for what is under way, then releases everything; idempotent [ST17]. */
  close(): Promise<void>;
}

export type StoreErrorCode =
  /** A record is missing or altered; the room must not be served. */
  | "DAMAGED"
  /** The claim under which was written has been superseded. */
  | "FENCED"
  /** No space, now; a later attempt may succeed. */
  | "FULL"
  /** The store cannot be reached or failed, now; a later attempt may succeed. */
  | "UNAVAILABLE"
  /** Another process owns the store. */
  | "LOCKED"
  /** The store was closed. */
  | "CLOSED"
  /** Written by a newer version of Homeroom, or not a store at all. */
  | "UNKNOWN_FORMAT";

export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StoreError";
    this.code = code;
  }

  /** Whether the same call may succeed later. */
  get transient(): boolean {
    return this.code === "FULL" || this.code === "UNAVAILABLE";
  }
}

export const compareCursors = (a: Cursor, b: Cursor): number => a.epoch - b.epoch || a.seq - b.seq;

export const formatCursor = (cursor: Cursor): string => `${cursor.epoch}-${cursor.seq}`;
