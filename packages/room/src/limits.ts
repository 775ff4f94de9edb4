/** Adjustable limits of the rooms of one process. Sizes in bytes, times in milliseconds. */
export interface RoomLimits {
  /** An update that would make a document's encoded state larger is refused with 4413. */
  readonly maxDocumentBytes: number;
  /** Root types of a document: Yjs forgets none, and searches all of them for what it encodes. */
  readonly maxRoots: number;
  /** An update that Yjs takes longer to apply, and a microsecond for each byte, is refused as poison. */
  readonly applyTimeoutMs: number;
  /** Updates that wait for a room to load, or to be applied; more closes their sender with 1013. */
  readonly maxPendingBytes: number;
  /** Accepted and not yet durable, all rooms together; more closes senders with 1013. */
  readonly maxJournalQueueBytes: number;
  /** The same for one room, so that while the store is away no room takes what all may use. */
  readonly maxRoomQueueBytes: number;
  /** Rooms loading at the same time; the others wait their turn. */
  readonly maxLoads: number;
  /** Rooms at home here; more are answered with 1013. */
  readonly maxRooms: number;
  /** A load that takes longer closes its sessions with 1013. */
  readonly loadTimeoutMs: number;
  /** A busy room applies and broadcasts at most this often. */
  readonly flushIntervalMs: number;
  /** A busy journal commits at most this often. Acknowledgements wait for it, deliveries do not. */
  readonly commitIntervalMs: number;
  /** Records of one room each; where more rooms are written, each waits to have more in its record. */
  readonly recordsPerSecond: number;
  /** So many more after a quiet time. */
  readonly recordsAtOnce: number;
  /** But no room waits longer than this for its commit. */
  readonly maxCommitDelayMs: number;
  /** Awareness is relayed at most this often: 13 times a second, so that each is seen in 100 ms. */
  readonly awarenessIntervalMs: number;
  /** A state larger than this goes to a joining client in slices of this size. */
  readonly sliceBytes: number;
  /** Up to this it is not, for those that come from a home that was lost. */
  readonly wholeBytes: number;
  /** A document or an update longer than this is worked on in steps, others' work in between. */
  readonly longBytes: number;
  /** Of one step. Takes Yjs a millisecond, where each letter has been typed by itself. */
  readonly stepBytes: number;
  /** Without an edit for this long, a room drops its `Y.Doc` and keeps the encoded bytes. */
  readonly restAfterMs: number;
  /** Without a session for this long, a room leaves memory. */
  readonly closeAfterMs: number;
  /** Journaled since the last snapshot: the larger of this and half the snapshot asks for one. */
  readonly snapshotAfterBytes: number;
  /** Journal records since the last snapshot that ask for the next one. */
  readonly snapshotAfterRecords: number;
  /** The share of this process's time that snapshots may take. */
  readonly snapshotDuty: number;
  /** Awareness client ids that one session may speak for: its own, and a few tabs behind it. */
  readonly maxAwarenessIds: number;
  /** For how long after opening a room that moved here what was broadcast since is kept. */
  readonly resumeMs: number;
  /** And how much of it, per room. */
  readonly maxResumeBytes: number;
  /** For how long a document that was built ahead of a move is kept. */
  readonly preparedMs: number;
  /** Encoded bytes of all such documents together; more are built when they are needed. */
  readonly maxPreparedBytes: number;
  /** Between two parts of such a document, each of which takes about half as long. */
  readonly preparePauseMs: number;
  /**
   * Messages of a session that may wait for edits that the room lacks, and clients that such edits
   * may name: more closes it with 1013.
   */
  readonly maxMissing: number;
  /** Between two requests for what a session holds and the room lacks. */
  readonly askAgainMs: number;
  /** First and longest wait before a failed commit is tried again. */
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

export const defaultRoomLimits: RoomLimits = {
  maxDocumentBytes: 64 * MIB,
  maxRoots: 1_000,
  applyTimeoutMs: 2_000,
  maxPendingBytes: 32 * MIB,
  maxJournalQueueBytes: 128 * MIB,
  maxRoomQueueBytes: 32 * MIB,
  maxLoads: 16,
  maxRooms: 100_000,
  loadTimeoutMs: 20_000,
  flushIntervalMs: 8,
  commitIntervalMs: 50,
  recordsPerSecond: 50,
  recordsAtOnce: 200,
  maxCommitDelayMs: 1_200,
  awarenessIntervalMs: 75,
  sliceBytes: MIB,
  wholeBytes: 8 * MIB,
  longBytes: 96 * KIB,
  stepBytes: 4 * KIB,
  restAfterMs: 30_000,
  closeAfterMs: 10_000,
  snapshotAfterBytes: 256 * KIB,
  snapshotAfterRecords: 2_000,
  snapshotDuty: 0.1,
  maxAwarenessIds: 8,
  resumeMs: 30_000,
  maxResumeBytes: MIB,
  preparedMs: 15_000,
  maxPreparedBytes: 16 * MIB,
  preparePauseMs: 6,
  maxMissing: 10_000,
  askAgainMs: 1_000,
  retryMinMs: 100,
  retryMaxMs: 5_000,
};
