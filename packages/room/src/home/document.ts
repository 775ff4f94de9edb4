import {
  addDeletes,
  advance,
  containsDeletes,
  covers,
  type DeleteSet,
  decodeStateVector,
  deletesOnly,
  EMPTY_UPDATE,
  encodeStateVector,
  finish,
  heldSlices,
  normalize,
  type StateVector,
  type Steps,
  scanning,
  scanUpdate,
  slicing,
  type UpdateScan,
} from "@homeroom/protocol";
import * as Y from "yjs";
import { defaultRoomLimits, type RoomLimits } from "../limits.js";
import { mergeUpdates } from "../merge-updates.js";
import type { Clock } from "../ports.js";
import { type Base, EMPTY_BASE, readingBase, slicesOf } from "./base.js";
import { type Applied, LiveDocument, type ScannedUpdate } from "./live-document.js";
import { eachOf, inGroups, inTurn, type Sliced } from "./slices.js";
import { UpdateLog } from "./update-log.js";

/** Recent updates that a join is given beside the base; beyond either, the base is encoded anew. */
const MAX_RECENT = 256;
/** And at the latest when they are as large as the base, or so many. */
const MAX_KEPT = 4_096;
const MIN_KEPT_BYTES = 1024 * 1024;
const MIN_RECENT_BYTES = 64 * 1024;

export type StepLimits = Pick<RoomLimits, "longBytes" | "stepBytes">;

/**
 * A document as bytes (a base, and the updates since), and as a `Y.Doc` only while somebody
 * edits: a `Y.Doc` takes 11 to 13 times its encoded size. Joins are answered from the bytes.
 *
 * Invariant: the base and the recent updates together hold the document, so that a `Y.Doc` that
 * an update has broken can be built again from them, whatever has become of the store.
 */
export class RoomDocument {
  readonly #limits: StepLimits;
  #base: Base;
  #recent = new UpdateLog();
  #live: LiveDocument | null = null;
  /** While there is no `Y.Doc`: the state vector of the base and the recent updates. */
  #restingVector: StateVector;
  readonly #roots: Set<string> = new Set();
  /** The building of a `Y.Doc` that is under way. */
  #waking: Steps<void> | null = null;
  /** Encoded size, as far as known: exact after each encoding, an upper estimate in between. */
  #bytes: number;

  /** Takes what a store holds. @throws where the bytes are no updates */
  constructor(
    snapshot: Uint8Array | null,
    tail: readonly Uint8Array[],
    limits: StepLimits = defaultRoomLimits,
  ) {
    this.#limits = limits;
    this.#base = EMPTY_BASE;
    this.#restingVector = EMPTY_BASE.stateVector;
    this.#bytes = EMPTY_UPDATE.length;
    if (snapshot || tail.length > 0) finish(this.#opening(snapshot, tail));
  }

  /** What the constructor does, in steps. @throws where the bytes are no updates */
  static *opening(
    snapshot: Uint8Array | null,
    tail: readonly Uint8Array[],
    limits: StepLimits,
  ): Steps<RoomDocument> {
    const document = new RoomDocument(null, [], limits);
    yield* document.#opening(snapshot, tail);
    return document;
  }

  *#opening(snapshot: Uint8Array | null, tail: readonly Uint8Array[]): Steps<void> {
    const base = snapshot ? yield* readingBase(snapshot) : EMPTY_BASE;
    const scans: UpdateScan[] = [];
    for (const update of tail) scans.push(yield* scanning(update));
    this.#hold(base, tail, scans);
  }

  #hold(base: Base, recent: Iterable<Uint8Array>, scans: readonly UpdateScan[]): void {
    const vector = new Map(base.stateVector);
    for (const scan of scans) advance(vector, scan);
    for (const { roots } of [base.scan, ...scans]) for (const root of roots) this.#roots.add(root);
    this.#rebase(base, new UpdateLog(recent));
    this.#restingVector = vector;
  }

  /** Whether a `Y.Doc` is in memory. */
  get live(): boolean {
    return this.#live !== null;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether what is done with all of it takes long, and is better done in steps. */
  get long(): boolean {
    return this.#bytes > this.#limits.longBytes;
  }

  /** The root types that updates have named. */
  get roots(): ReadonlySet<string> {
    return this.#roots;
  }

  /**
   * Applies updates in one transaction, so that they are emitted as one.
   * @throws where an update breaks the document: it must not be used any more
   */
  apply(updates: readonly ScannedUpdate[], timeoutMs: number): Applied {
    const applied = this.#awake().apply(updates, timeoutMs);
    for (const { scan } of updates) for (const root of scan.roots) this.#roots.add(root);
    for (const update of applied.emitted) this.#remember(update);
    return applied;
  }

  /**
   * `apply` for one long update, a part in each step, emitted as one. Until it is through the
   * document is what it was before: bytes, and no `Y.Doc` that others could see a part in.
   * @throws where the update breaks the document: it must not be used any more
   */
  *applying(
    update: ScannedUpdate,
    timeoutMs: number,
    clock: Pick<Clock, "monotonic">,
  ): Steps<Applied> {
    const live = this.#awake();
    this.#restingVector = live.vector;
    this.#live = null;
    const applied = yield* live.applying(update, timeoutMs, clock);
    const [emitted] = applied.emitted;
    const base = emitted && this.#isEmpty ? yield* readingBase(emitted) : null;
    for (const root of update.scan.roots) this.#roots.add(root);
    this.#live = live;
    if (base) this.#rebase(base);
    else if (emitted) this.#remember(emitted);
    return applied;
  }

  /** The document as it was before the `apply` that threw. */
  restored(): RoomDocument {
    const document = new RoomDocument(null, [], this.#limits);
    document.#hold(this.#base, this.#recent, [...this.#recent].map(scanUpdate));
    return document;
  }

  /** The state vector, encoded: what a SyncStep1 says. */
  stateVector(): Uint8Array {
    return this.#live?.stateVector() ?? encodeStateVector(this.#restingVector);
  }

  /**
   * What a client with this state vector lacks, as updates to be sent in order. A client that has
   * nothing gets the base and what is recent; one that has all of the base gets the base's
   * deletes (a state vector does not tell which of them it has) and what is recent; neither
   * encodes anything. What is larger than `sliceBytes` is cut, such that the client applies nothing
   * of it before it has the last slice.
   * @throws MalformedError
   */
  since(encodedVector: Uint8Array, sliceBytes: number): readonly Uint8Array[] {
    return [...this.sending(encodedVector, sliceBytes)].filter((update) => update !== null);
  }

  /**
   * `since`, one update at a time, and null where the next one takes longer. All of what is here
   * now, whatever is added meanwhile.
   * @throws MalformedError
   */
  sending(encodedVector: Uint8Array, sliceBytes: number): Iterable<Sliced> {
    const vector = decodeStateVector(encodedVector);
    const held = (update: Uint8Array): Iterable<Sliced> => heldSlices(update, sliceBytes);
    if (vector.size === 0) {
      const base = this.behind && !this.long ? this.#encodeBase() : this.#base;
      return inTurn(slicesOf(base, sliceBytes), eachOf([...this.#recent], held));
    }
    const base = this.#base;
    if ((this.long || !this.behind) && covers(vector, base.stateVector)) {
      const deletes = deletesOnly(base.update, base.scan.deleteSetOffset);
      return inTurn([deletes], eachOf([...this.#recent], held));
    }
    const lacking = this.#live
      ? this.#live.since(encodedVector)
      : Y.diffUpdate(this.encode(), encodedVector);
    return held(lacking);
  }

  /** Whether an update holds an edit that the document does not. */
  lacks(update: Uint8Array, scan: UpdateScan): boolean {
    const vector = this.#vector();
    if (scan.sections.some(({ client, end }) => end > (vector.get(client) ?? 0))) return true;
    return scan.deletes && !containsDeletes(this.#deletes(), update, scan.deleteSetOffset);
  }

  /** Whether it knows all that this vector does. */
  reaches(vector: StateVector): boolean {
    return covers(this.#vector(), vector);
  }

  /** The whole document as one update. Costs what Yjs takes to encode it, unless nothing changed. */
  encode(): Uint8Array {
    if (this.#recent.length === 0) return this.#base.update;
    if (this.#live) return this.#encodeBase().update;
    return mergeUpdates([this.#base.update, ...this.#recent]);
  }

  /**
   * `encode` in steps, between which it may be edited: then all that it held when this began. Not
   * while the `Y.Doc` is being built.
   */
  *encoding(): Steps<Uint8Array> {
    const before = this.#base;
    const recent = this.#recent.length;
    const live = this.#live;
    if (!live || recent === 0) return this.encode();
    const base = yield* readingBase(yield* live.encoding());
    // Whoever could not wait has encoded it meanwhile.
    if (this.#live !== live || this.#base !== before) return yield* this.encoding();
    this.#rebase(base, this.#recent.after(recent));
    return base.update;
  }

  /** Whether nothing was added since it was last encoded. */
  get encoded(): boolean {
    return this.#recent.length === 0;
  }

  /** Lets go of the `Y.Doc`, after encoding what it holds. */
  rest(): void {
    if (!this.#live) return;
    this.#restingVector = this.#live.vector;
    this.encode();
    this.#live.doc.destroy();
    this.#live = null;
  }

  /** Builds the `Y.Doc`, where there is none. @throws where the bytes do not make a document */
  wake(): Y.Doc {
    return this.#awake().doc;
  }

  /**
   * `wake` in steps of so many bytes. What is begun may be left, and is gone on with by the next
   * call. Until it is through, nothing may be applied.
   * @throws where the bytes do not make a document
   */
  *waking(stepBytes: number = this.#limits.stepBytes): Steps<void> {
    if (this.#live) return;
    this.#waking ??= this.#build(stepBytes);
    try {
      for (let step = this.#waking.next(); !step.done; step = this.#waking.next()) yield;
    } catch (error) {
      this.#waking = null;
      throw error;
    }
    this.#waking = null;
  }

  *#build(stepBytes: number): Steps<void> {
    const live = new LiveDocument(this.#limits);
    const { update, scan } = this.#base;
    const sliced = (recent: Uint8Array): Iterable<Sliced> => slicing(recent, stepBytes);
    const parts = inTurn(slicing(update, stepBytes, scan), eachOf([...this.#recent], sliced));
    let begun = false;
    for (const group of inGroups(parts, stepBytes)) {
      if (begun) yield;
      begun = true;
      live.take(group);
    }
    this.#live = live;
  }

  #awake(): LiveDocument {
    finish(this.waking());
    return this.#live as LiveDocument;
  }

  #remember(update: Uint8Array): void {
    if (this.#isEmpty) {
      // All of the document, as a client that was offline or an import brings it: no second copy.
      this.#rebase(finish(readingBase(update)));
      return;
    }
    this.#bytes += update.length;
    this.#recent.add(update);
    if (!this.long && this.crowded) this.#encodeBase();
  }

  get #isEmpty(): boolean {
    return this.#recent.length === 0 && this.#base.update === EMPTY_UPDATE;
  }

  /** Whether so much is recent that what is kept is twice the document, or in too many pieces. */
  get crowded(): boolean {
    const bytesKept = Math.max(MIN_KEPT_BYTES, this.#base.update.length);
    return this.#recent.length > MAX_KEPT || this.#recent.bytes > bytesKept;
  }

  /** Whether so much is recent that encoding the whole is better than handing all of it out. */
  get behind(): boolean {
    if (!this.#live) return false;
    const bytes = Math.max(MIN_RECENT_BYTES, this.#base.update.length / 4);
    return this.#recent.length > MAX_RECENT || this.#recent.bytes > bytes;
  }

  #encodeBase(): Base {
    const base = finish(readingBase(this.#awake().encode()));
    this.#rebase(base);
    return base;
  }

  #rebase(base: Base, recent: UpdateLog = new UpdateLog()): void {
    this.#base = base;
    this.#recent = recent;
    this.#bytes = base.update.length + recent.bytes;
  }

  #vector(): StateVector {
    return this.#live?.vector ?? this.#restingVector;
  }

  #deletes(): DeleteSet {
    const deletes: DeleteSet = new Map();
    addDeletes(deletes, this.#base.update, this.#base.scan.deleteSetOffset);
    for (const update of this.#recent) {
      addDeletes(deletes, update, scanUpdate(update).deleteSetOffset);
    }
    normalize(deletes);
    return deletes;
  }
}
