import {
  covers,
  type DeleteSet,
  type StateVector,
  type Steps,
  scanUpdate,
  slicing,
  type UpdateScan,
} from "@homeroom/protocol";
import * as Y from "yjs";
import type { RoomLimits } from "../limits.js";
import type { Clock } from "../ports.js";
import { encoding } from "./encoding.js";
import { withTimeLimit } from "./time-limit.js";
import { addDeletesBefore, checkNesting, dropPending, leaveMarks } from "./transaction.js";

/** An update, and what the structural check found in it. */
export interface ScannedUpdate {
  readonly bytes: Uint8Array;
  readonly scan: UpdateScan;
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

/** Yjs searches for the place of a struct among those that compete for it: at worst all of them. */
const WATCHED_STRUCTS = 500;
/** To encode a struct takes less than to integrate it, for which each takes about ten. */
const STRUCT_BYTES = 2;

/** A `Y.Doc`, and what is done with it. */
export class LiveDocument {
  /** With a name of no use: Yjs would draw 31 random numbers for one, which takes 50 µs. */
  readonly doc: Y.Doc = new Y.Doc({ guid: "" });
  readonly #limits: Pick<RoomLimits, "stepBytes">;
  #emitted: Uint8Array[] = [];
  /** Whether what is emitted is kept: Yjs encodes it only where somebody listens. */
  #listening = false;
  readonly #keepEmitted = (update: Uint8Array): void => void this.#emitted.push(update);

  constructor(limits: Pick<RoomLimits, "stepBytes">) {
    this.#limits = limits;
  }

  get vector(): StateVector {
    return Y.decodeStateVector(this.stateVector());
  }

  stateVector(): Uint8Array {
    return Y.encodeStateVector(this.doc);
  }

  /** Takes what was published before this was built. @throws where it does not apply */
  take(published: readonly Uint8Array[]): void {
    Y.transact(this.doc, (transaction) => {
      for (const update of published) Y.applyUpdate(this.doc, update);
      leaveMarks(transaction);
    });
  }

  /**
   * Applies updates in one transaction, so that they are emitted as one. What builds on
   * edits that are not here is left out, rather than kept by Yjs for later where no journal
   * would have it.
   * @param timeoutMs how long Yjs may take. Updates of many structs only are timed: small ones
   *   cannot take long, and watching costs more than applying them.
   * @throws where an update breaks the document: it must not be used any more
   */
  apply(updates: readonly ScannedUpdate[], timeoutMs: number): Applied {
    const { doc } = this;
    const complete: boolean[] = [];
    this.#emitted = [];
    this.#listen(true);
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
    const emitted = this.#emitted;
    // They stay no longer than whoever publishes them wants them to.
    this.#emitted = [];
    return { emitted, complete };
  }

  /**
   * `apply` for one long update, a part in each step, emitted as one. Nobody else uses the document
   * before it is through.
   * @throws where the update breaks the document: it must not be used any more
   */
  *applying(
    { bytes, scan }: ScannedUpdate,
    timeoutMs: number,
    clock: Pick<Clock, "monotonic">,
  ): Steps<Applied> {
    this.#listen(false);
    const before = this.vector;
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
        Y.transact(this.doc, (transaction) => {
          Y.applyUpdate(this.doc, part);
          leaveMarks(transaction);
          complete = dropPending(this.doc) && complete;
          if (scan.types) checkNesting(transaction);
          addDeletesBefore(before, deletes, transaction);
        });
      if (countStructs([update]) < WATCHED_STRUCTS) apply();
      else withTimeLimit(Math.max(timeoutMs - spentMs, 1), apply);
      spentMs += clock.monotonic() - started;
    }
    const emitted = yield* encoding(this.doc, this.#stepStructs, { vector: before, deletes });
    const changed = deletes.size > 0 || !covers(before, this.vector);
    return { emitted: changed ? [emitted] : [], complete: [complete] };
  }

  /** All of it, as one update. */
  encode(): Uint8Array {
    return Y.encodeStateAsUpdate(this.doc);
  }

  /** `encode` in steps, between which it may be edited: then all that it held when this began. */
  encoding(): Steps<Uint8Array> {
    return encoding(this.doc, this.#stepStructs);
  }

  /** What somebody with this state vector lacks, as one update. */
  since(encodedVector: Uint8Array): Uint8Array {
    return Y.encodeStateAsUpdate(this.doc, encodedVector);
  }

  #listen(listening: boolean): void {
    if (listening === this.#listening) return;
    this.#listening = listening;
    if (listening) this.doc.on("update", this.#keepEmitted);
    else this.doc.off("update", this.#keepEmitted);
  }

  get #stepStructs(): number {
    return this.#limits.stepBytes / STRUCT_BYTES;
  }
}

function countStructs(updates: readonly ScannedUpdate[]): number {
  let count = 0;
  for (const { scan } of updates) for (const { structs } of scan.sections) count += structs;
  return count;
}
