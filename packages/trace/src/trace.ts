/** A recorded editing session, whichever format it was stored in. */
export interface Trace {
  readonly endContent: string;
  /** How many authors; they are numbered from 0. */
  readonly agents: number;
  /** Parents come before their children. */
  readonly txns: readonly Txn[];
}

/** What one author did at once. */
export interface Txn {
  readonly agent: number;
  /** Transactions whose histories, merged, are what the author saw. */
  readonly parents: readonly number[];
  /** Milliseconds since the epoch, null where none was recorded. */
  readonly time: number | null;
  readonly patches: readonly Patch[];
}

/** Position and length count code points. The patches of a transaction apply one after another. */
export type Patch = readonly [position: number, deleted: number, inserted: string];

export type TraceErrorCode =
  /** The file cannot be read. */
  | "UNREADABLE"
  | "TOO_LARGE"
  /** The file is not a trace, or its transactions contradict each other. */
  | "MALFORMED";

export class TraceError extends Error {
  readonly code: TraceErrorCode;

  constructor(code: TraceErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "TraceError";
    this.code = code;
  }
}
