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
  normalize,
  type StateVector,
  scanUpdate,
  sliceUpdate,
  type UpdateScan,
  WireLimits,
} from "@homeroom/protocol";
import * as Y from "yjs";
import { mergeUpdates } from "../merge-updates.js";
import { withTimeLimit } from "./time-limit.js";

/** The whole document as one update, and what can be told of it without decoding it again. */
interface Base {
  readonly update: Uint8Array;
  readonly stateVector: StateVector;
  readonly deleteSetOffset: number;
  readonly roots: ReadonlySet<string>;
  /** The update cut for the wire, once somebody has joined. */
  slices: readonly Uint8Array[] | null;
}

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
/** Takes Yjs some three milliseconds. */
const WAKE_BYTES = 32 * 1024;

/**
 * A document as bytes (a base, and the updates since), and as a `Y.Doc` only while somebody
 * edits: a `Y.Doc` takes 11 to 13 times its encoded size. Joins are answered from the bytes.
 *
 * Invariant: the base and the recent updates together hold the document, so that a `Y.Doc` that
 * an update has broken can be built again from them, whatever has become of the store.
 */
export class RoomDocument {
  #base: Base;
  #recent: Uint8Array[];
  #recentBytes = 0;
  #doc: Y.Doc | null = null;
  /** While there is no `Y.Doc`: the state vector of the base and the recent updates. */
  #restingVector: StateVector;
  readonly #roots: Set<string>;
  #emitted: Uint8Array[] = [];
  /** Encoded size, as far as known: exact after each encoding, an upper estimate in between. */
  #bytes: number;

  /** Takes what a store holds. @throws where the bytes are no updates */
  constructor(snapshot: Uint8Array | null, tail: readonly Uint8Array[]) {
    const base = readBase(snapshot ?? EMPTY_UPDATE);
    const vector = new Map(base.stateVector);
    this.#roots = new Set(base.roots);
    for (const update of tail) {
      const scan = scanUpdate(update);
      advance(vector, scan);
      for (const root of scan.roots) this.#roots.add(root);
      this.#recentBytes += update.length;
    }
    this.#base = base;
    this.#recent = [...tail];
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

  /** The document as it was before the `apply` that threw. */
  restored(): RoomDocument {
    return new RoomDocument(this.#base.update, this.#recent);
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
    const vector = decodeStateVector(encodedVector);
    if (vector.size === 0) {
      const base = this.#isBehind ? this.#encodeBase() : this.#base;
      base.slices ??= sliceUpdate(base.update, sliceBytes);
      return [...base.slices, ...this.#slicedRecent(sliceBytes)];
    }
    const base = this.#base;
    if (!this.#isBehind && covers(vector, base.stateVector)) {
      const deletes = deletesOnly(base.update, base.deleteSetOffset);
      return [deletes, ...this.#slicedRecent(sliceBytes)];
    }
    const lacking = this.#doc
      ? Y.encodeStateAsUpdate(this.#doc, encodedVector)
      : Y.diffUpdate(this.encode(), encodedVector);
    return sliceUpdate(lacking, sliceBytes);
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
    if (this.#doc) return this.#doc;
    const doc = new Y.Doc();
    Y.transact(doc, () => {
      for (const update of [this.#base.update, ...this.#recent]) Y.applyUpdate(doc, update);
    });
    return this.#awake(doc);
  }

  /**
   * Builds the `Y.Doc` a little at a time, which takes longer and holds up nobody: the process does
   * other things, and its cores other processes, while `pause` lasts. Until then it may not be used.
   * @throws where the bytes do not make a document
   */
  async wakeSlowly(pause: () => Promise<void>): Promise<void> {
    if (this.#doc) return;
    const doc = new Y.Doc();
    const parts = [this.#base.update, ...this.#recent].flatMap((update) => [
      ...sliceUpdate(update, WAKE_BYTES),
    ]);
    for (const group of inGroups(parts, WAKE_BYTES)) {
      Y.transact(doc, () => {
        for (const update of group) Y.applyUpdate(doc, update);
      });
      if (group.length < parts.length) await pause();
    }
    this.#awake(doc);
  }

  #awake(doc: Y.Doc): Y.Doc {
    doc.on("update", (update) => this.#emitted.push(update));
    this.#doc = doc;
    return doc;
  }

  #slicedRecent(sliceBytes: number): Uint8Array[] {
    return this.#recent.flatMap((update) => sliceUpdate(update, sliceBytes));
  }

  #remember(update: Uint8Array): void {
    this.#bytes += update.length;
    if (this.#recent.length === 0 && this.#base.update === EMPTY_UPDATE) {
      // All of the document, as a client that was offline or an import brings it: no second copy.
      this.#base = readBase(update);
      return;
    }
    this.#recent.push(update);
    this.#recentBytes += update.length;
    const bytesKept = Math.max(MIN_KEPT_BYTES, this.#base.update.length);
    if (this.#recent.length > MAX_KEPT || this.#recentBytes > bytesKept) this.#encodeBase();
  }

  /** Whether so much is recent that encoding the whole is better than handing all of it out. */
  get #isBehind(): boolean {
    if (!this.#doc) return false;
    const bytes = Math.max(MIN_RECENT_BYTES, this.#base.update.length / 4);
    return this.#recent.length > MAX_RECENT || this.#recentBytes > bytes;
  }

  #encodeBase(): Base {
    const base = readBase(Y.encodeStateAsUpdate(this.#doc as Y.Doc));
    this.#base = base;
    this.#bytes = base.update.length;
    this.#recent = [];
    this.#recentBytes = 0;
    return base;
  }

  #vector(): StateVector {
    if (!this.#doc) return this.#restingVector;
    return Y.decodeStateVector(Y.encodeStateVector(this.#doc));
  }

  #deletes(): DeleteSet {
    const deletes: DeleteSet = new Map();
    addDeletes(deletes, this.#base.update, this.#base.deleteSetOffset);
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

function readBase(update: Uint8Array): Base {
  const scan = scanUpdate(update);
  const stateVector = new Map<number, number>();
  advance(stateVector, scan);
  const { deleteSetOffset, roots } = scan;
  return { update, stateVector, deleteSetOffset, roots, slices: null };
}

/**
 * Yjs keeps what it cannot integrate yet, for the day that the rest comes. Here the rest comes
 * from the client itself, which is asked for it.
 * @returns whether there was nothing of the kind
 */
function dropPending(doc: Y.Doc): boolean {
  const { store } = doc;
  if (store.pendingStructs === null && store.pendingDs === null) return true;
  store.pendingStructs = null;
  store.pendingDs = null;
  return false;
}

/** Deeply nested types apply, and later overflow the stack of `toJSON` and of deletion. */
function checkNesting(transaction: Y.Transaction): void {
  for (const [client, structs] of transaction.doc.store.clients) {
    const before = transaction.beforeState.get(client) ?? 0;
    for (let i = structs.length - 1; i >= 0; i--) {
      const struct = structs[i] as Y.Item | Y.GC;
      if (struct.id.clock < before) break;
      if (struct instanceof Y.Item && struct.content instanceof Y.ContentType) {
        checkDepth(struct);
      }
    }
  }
}

function checkDepth(item: Y.Item): void {
  let depth = 1;
  for (let at: Y.Item | null = item; at !== null; depth++) {
    if (depth > WireLimits.nesting) throw new Error("shared types nested too deeply");
    at = at.parent instanceof Y.AbstractType ? at.parent._item : null;
  }
}

/** Consecutive updates, of about so many bytes together. */
function* inGroups(updates: readonly Uint8Array[], maxBytes: number): Generator<Uint8Array[]> {
  let group: Uint8Array[] = [];
  let bytes = 0;
  for (const update of updates) {
    group.push(update);
    bytes += update.length;
    if (bytes < maxBytes) continue;
    yield group;
    group = [];
    bytes = 0;
  }
  if (group.length > 0) yield group;
}
