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
import { encoding } from "./encoding.js";
import { inGroups, inTurn, type Sliced, slicesOfAll } from "./slices.js";
import { withTimeLimit } from "./time-limit.js";
import { addDeletesBefore, checkNesting, dropPending, leaveMarks } from "./transaction.js";

/** What came of applying some updates at once. */
export interface Applied {
  /**
   * What changed, encoded by Yjs: to be journaled and sent on. Nothing where nothing was new. What
   * comes after the first is what Yjs tidied up once the updates were in (redundant marks of
   * rich text): whoever sent them lacks it.
   */
  readonly emitted: readonly Uint8Array[];
  /** For each update whether it was taken whole, or builds on edits that are not here. */
  readonly complete: readonly boolean[];
}

/** Recent updates that a join is given beside the base; beyond either, the base is encoded anew. */
const MAX_RECENT = 256;
/** And at the latest when they are as large as the base, or so many. */
const MAX_KEPT = 4_096;
const MIN_KEPT_BYTES = 1024 * 1024;
/** Yjs searches for the place of a struct among those that compete for it: at worst all of them. */
const WATCHED_STRUCTS = 500;
const MIN_RECENT_BYTES = 64 * 1024;
/** To encode a struct takes less than to integrate it, for which each takes about ten. */
const STRUCT_BYTES = 2;

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
  #recent: Uint8Array[];
  #recentBytes = 0;
  #doc: Y.Doc | null = null;
  /** While there is no `Y.Doc`: the state vector of the base and the recent updates. */
  #restingVector: StateVector;
  readonly #roots: Set<string> = new Set();
  /** The building of a `Y.Doc` that is under way. */
  #waking: Steps<void> | null = null;
  #emitted: Uint8Array[] = [];
  readonly #keepEmitted = (update: Uint8Array): void => void this.#emitted.push(update);
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
    this.#recent = [];
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

  #hold(base: Base, recent: readonly Uint8Array[], scans: readonly UpdateScan[]): void {
    const vector = new Map(base.stateVector);
    for (const scan of scans) advance(vector, scan);
    for (const { roots } of [base.scan, ...scans]) for (const root of roots) this.#roots.add(root);
    this.#base = base;
    this.#recent = [...recent];
    this.#recentBytes = recent.reduce((sum, { length }) => sum + length, 0);
    this.#restingVector = vector;
    this.#bytes = base.update.length + this.#recentBytes;
  }

  /** Whether a `Y.Doc` is in memory. */
  get live(): boolean {
    return this.#doc !== null;
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
   * Applies updates in one transaction, so that they are emitted as one. What builds on
   * edits that are not here is left out, rather than kept by Yjs for later where no journal
   * would have it.
   * @param timeoutMs how long Yjs may take. Updates of many structs only are timed: small ones
   *   cannot take long, and watching costs more than applying them.
   * @throws where an update breaks the document: it must not be used any more
   */
  apply(
    updates: readonly { readonly bytes: Uint8Array; readonly scan: UpdateScan }[],
    timeoutMs: number,
  ): Applied {
    const doc = this.wake();
    const complete: boolean[] = [];
    this.#emitted = [];
    const apply = (): void =>
      Y.transact(
        doc,
        (transaction) => {
          for (const { bytes, scan } of updates) {
            Y.applyUpdate(doc, bytes);
            complete.push(dropPending(doc));
            if (scan.types) checkNesting(transaction);
          }
        },
        null,
        false,
      );
    if (countStructs(updates) < WATCHED_STRUCTS) apply();
    else withTimeLimit(timeoutMs, apply);
    for (const { scan } of updates) for (const root of scan.roots) this.#roots.add(root);
    const emitted = this.#emitted;
    // They stay no longer than whoever publishes them wants them to.
    this.#emitted = [];
    for (const update of emitted) this.#remember(update);
    return { emitted, complete };
  }

  /**
   * `apply` for one long update, a part in each step, emitted as one. Until it is through the
   * document is what it was before: bytes, and no `Y.Doc` that others could see a part in.
   * @throws where the update breaks the document: it must not be used any more
   */
  *applying(
    { bytes, scan }: { readonly bytes: Uint8Array; readonly scan: UpdateScan },
    timeoutMs: number,
    clock: Pick<Clock, "monotonic">,
  ): Steps<Applied> {
    const doc = this.wake();
    const before = this.#vector();
    this.#restingVector = before;
    this.#doc = null;
    doc.off("update", this.#keepEmitted);
    const deletes: DeleteSet = new Map();
    let complete = true;
    let spentMs = 0;
    for (const part of slicing(bytes, this.#limits.stepBytes, scan)) {
      if (spentMs > timeoutMs) throw new Error("the update takes too long to apply");
      yield;
      if (!part) continue;
      const started = clock.monotonic();
      const update = { bytes: part, scan: scanUpdate(part) };
      const apply = (): void =>
        Y.transact(doc, (transaction) => {
          Y.applyUpdate(doc, part);
          leaveMarks(transaction);
          complete = dropPending(doc) && complete;
          if (scan.types) checkNesting(transaction);
          addDeletesBefore(before, deletes, transaction);
        });
      if (countStructs([update]) < WATCHED_STRUCTS) apply();
      else withTimeLimit(Math.max(timeoutMs - spentMs, 1), apply);
      spentMs += clock.monotonic() - started;
    }
    for (const root of scan.roots) this.#roots.add(root);
    const emitted = yield* encoding(doc, this.#stepStructs, { vector: before, deletes });
    const base = this.#isEmpty ? yield* readingBase(emitted) : null;
    doc.on("update", this.#keepEmitted);
    this.#doc = doc;
    if (deletes.size === 0 && covers(before, this.#vector())) {
      return { emitted: [], complete: [complete] };
    }
    if (base) this.#rebase(base, []);
    else this.#remember(emitted);
    return { emitted: [emitted], complete: [complete] };
  }

  /** The document as it was before the `apply` that threw. */
  restored(): RoomDocument {
    const document = new RoomDocument(null, [], this.#limits);
    document.#hold(this.#base, this.#recent, this.#recent.map(scanUpdate));
    return document;
  }

  /** The state vector, encoded: what a SyncStep1 says. */
  stateVector(): Uint8Array {
    return this.#doc ? Y.encodeStateVector(this.#doc) : encodeStateVector(this.#restingVector);
  }

  /**
   * What a client with this state vector lacks, as updates to be sent in order. A client that has
   * nothing gets the base and what is recent; one that has all of the base gets the base's
   * deletes (a state vector does not tell which of them it has) and what is recent; neither
   * encodes anything. None is much larger than `sliceBytes`.
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
    if (vector.size === 0) {
      const base = this.behind && !this.long ? this.#encodeBase() : this.#base;
      return inTurn(slicesOf(base, sliceBytes), this.#slicedRecent(sliceBytes));
    }
    const base = this.#base;
    if ((this.long || !this.behind) && covers(vector, base.stateVector)) {
      const deletes = deletesOnly(base.update, base.scan.deleteSetOffset);
      return inTurn([deletes], this.#slicedRecent(sliceBytes));
    }
    const lacking = this.#doc
      ? Y.encodeStateAsUpdate(this.#doc, encodedVector)
      : Y.diffUpdate(this.encode(), encodedVector);
    return slicing(lacking, sliceBytes);
  }

  /** Whether an update holds an edit that the document does not. */
  lacks(update: Uint8Array, scan: UpdateScan): boolean {
    const vector = this.#vector();
    if (scan.sections.some(({ client, end }) => end > (vector.get(client) ?? 0))) return true;
    return scan.deletes && !containsDeletes(this.#deletes(), update, scan.deleteSetOffset);
  }

  /** The whole document as one update. Costs what Yjs takes to encode it, unless nothing changed. */
  encode(): Uint8Array {
    if (this.#recent.length === 0) return this.#base.update;
    if (this.#doc) return this.#encodeBase().update;
    return mergeUpdates([this.#base.update, ...this.#recent]);
  }

  /**
   * `encode` in steps, between which it may be edited: then all that it held when this began. Not
   * while the `Y.Doc` is being built.
   */
  *encoding(): Steps<Uint8Array> {
    const doc = this.#doc;
    const before = this.#base;
    const recent = this.#recent.length;
    if (!doc || recent === 0) return this.encode();
    const base = yield* readingBase(yield* encoding(doc, this.#stepStructs));
    // Whoever could not wait has encoded it meanwhile.
    if (this.#doc !== doc || this.#base !== before) return yield* this.encoding();
    this.#rebase(base, this.#recent.slice(recent));
    return base.update;
  }

  /** Whether nothing was added since it was last encoded. */
  get encoded(): boolean {
    return this.#recent.length === 0;
  }

  /** Lets go of the `Y.Doc`, after encoding what it holds. */
  rest(): void {
    if (!this.#doc) return;
    this.#restingVector = this.#vector();
    this.encode();
    this.#doc.destroy();
    this.#doc = null;
  }

  /** Builds the `Y.Doc`, where there is none. @throws where the bytes do not make a document */
  wake(): Y.Doc {
    finish(this.waking());
    return this.#doc as Y.Doc;
  }

  /**
   * `wake` in steps of so many bytes. What is begun may be left, and is gone on with by the next
   * call. Until it is through, nothing may be applied.
   * @throws where the bytes do not make a document
   */
  *waking(stepBytes: number = this.#limits.stepBytes): Steps<void> {
    if (this.#doc) return;
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
    const doc = new Y.Doc();
    const { update, scan } = this.#base;
    const parts = inTurn(slicing(update, stepBytes, scan), this.#slicedRecent(stepBytes));
    let begun = false;
    for (const group of inGroups(parts, stepBytes)) {
      if (begun) yield;
      begun = true;
      Y.transact(doc, (transaction) => {
        for (const part of group) Y.applyUpdate(doc, part);
        leaveMarks(transaction);
      });
    }
    doc.on("update", this.#keepEmitted);
    this.#doc = doc;
  }

  get #stepStructs(): number {
    return this.#limits.stepBytes / STRUCT_BYTES;
  }

  #slicedRecent(sliceBytes: number): Iterable<Sliced> {
    return slicesOfAll([...this.#recent], sliceBytes);
  }

  #remember(update: Uint8Array): void {
    if (this.#isEmpty) {
      // All of the document, as a client that was offline or an import brings it: no second copy.
      this.#rebase(finish(readingBase(update)), []);
      return;
    }
    this.#bytes += update.length;
    this.#recent.push(update);
    this.#recentBytes += update.length;
    if (!this.long && this.crowded) this.#encodeBase();
  }

  get #isEmpty(): boolean {
    return this.#recent.length === 0 && this.#base.update === EMPTY_UPDATE;
  }

  /** Whether so much is recent that what is kept is twice the document, or in too many pieces. */
  get crowded(): boolean {
    const bytesKept = Math.max(MIN_KEPT_BYTES, this.#base.update.length);
    return this.#recent.length > MAX_KEPT || this.#recentBytes > bytesKept;
  }

  /** Whether so much is recent that encoding the whole is better than handing all of it out. */
  get behind(): boolean {
    if (!this.#doc) return false;
    const bytes = Math.max(MIN_RECENT_BYTES, this.#base.update.length / 4);
    return this.#recent.length > MAX_RECENT || this.#recentBytes > bytes;
  }

  #encodeBase(): Base {
    const base = finish(readingBase(Y.encodeStateAsUpdate(this.#doc as Y.Doc)));
    this.#rebase(base, []);
    return base;
  }

  #rebase(base: Base, recent: Uint8Array[]): void {
    this.#base = base;
    this.#recent = recent;
    this.#recentBytes = recent.reduce((sum, { length }) => sum + length, 0);
    this.#bytes = base.update.length + this.#recentBytes;
  }

  #vector(): StateVector {
    if (!this.#doc) return this.#restingVector;
    return Y.decodeStateVector(Y.encodeStateVector(this.#doc));
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

function countStructs(updates: readonly { readonly scan: UpdateScan }[]): number {
  let count = 0;
  for (const { scan } of updates) for (const { structs } of scan.sections) count += structs;
  return count;
}
