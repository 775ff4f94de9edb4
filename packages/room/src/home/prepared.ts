import { type RoomName, scanUpdate, unhurriedly } from "@homeroom/protocol";
import type { RoomLimits } from "../limits.js";
import type { Clock, Timer } from "../ports.js";
import { type StoredRoom, StoreError } from "../store.js";
import { RoomDocument } from "./document.js";

/** Built between two pauses: takes Yjs some three milliseconds. */
const PREPARE_BYTES = 32 * 1024;

interface Prepared {
  readonly document: RoomDocument;
  readonly stored: StoredRoom;
  readonly bytes: number;
  readonly expiry: Timer;
}

/**
 * Documents of rooms that are about to be handed to this process. Building a `Y.Doc` takes longer
 * than everything else that people would wait for.
 */
export class PreparedDocuments {
  readonly #clock: Clock;
  readonly #limits: RoomLimits;
  readonly #kept = new Map<RoomName, Prepared>();
  #bytes = 0;
  #closed = false;

  constructor(clock: Clock, limits: RoomLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Builds the document, for a while. Not where it is too large beside the others that are kept. */
  async keep(room: RoomName, stored: StoredRoom): Promise<void> {
    this.#forget(room);
    const bytes = sizeOf(stored);
    const { maxPreparedBytes, preparedMs } = this.#limits;
    if (this.#bytes + bytes > maxPreparedBytes) return;
    this.#bytes += bytes;
    try {
      const pause = (): Promise<void> => this.#pause();
      const { snapshot, tail } = stored;
      const document = await unhurriedly(RoomDocument.opening(snapshot, tail, this.#limits), pause);
      await unhurriedly(document.waking(PREPARE_BYTES), pause);
      this.#forget(room);
      const expiry = this.#clock.after(preparedMs, () => this.#forget(room));
      this.#kept.set(room, { document, stored, bytes, expiry });
    } catch (error) {
      this.#bytes -= bytes;
      throw error;
    }
  }

  /** What the room's document was built from, where it is kept. */
  stored(room: RoomName): StoredRoom | undefined {
    return this.#kept.get(room)?.stored;
  }

  /** The document of what is stored now, null where it was not built or is of something else. */
  take(room: RoomName, stored: StoredRoom): RoomDocument | null {
    const prepared = this.#kept.get(room);
    if (!prepared) return null;
    this.#forget(room);
    if (!isContinuation(prepared.stored, stored)) return null;
    const since = stored.tail.slice(prepared.stored.tail.length);
    try {
      const updates = since.map((bytes) => ({ bytes, scan: scanUpdate(bytes) }));
      const { complete } = prepared.document.apply(updates, this.#limits.applyTimeoutMs);
      return complete.every(Boolean) ? prepared.document : null;
    } catch {
      return null;
    }
  }

  close(): void {
    this.#closed = true;
    for (const room of [...this.#kept.keys()]) this.#forget(room);
  }

  #pause(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#clock.after(this.#limits.preparePauseMs, () => {
        if (this.#closed) reject(new StoreError("CLOSED", "nothing is prepared any more"));
        else resolve();
      });
    });
  }

  #forget(room: RoomName): void {
    const prepared = this.#kept.get(room);
    if (!prepared) return;
    prepared.expiry.cancel();
    this.#kept.delete(room);
    this.#bytes -= prepared.bytes;
  }
}

const sizeOf = ({ snapshot, tail }: StoredRoom): number =>
  tail.reduce((sum, { length }) => sum + length, snapshot?.length ?? 0);

/** Whether `later` is `earlier` with more records behind it. */
function isContinuation(earlier: StoredRoom, later: StoredRoom): boolean {
  if (!isSame(earlier.snapshot, later.snapshot)) return false;
  return earlier.tail.every((update, index) => isSame(update, later.tail[index] ?? null));
}

const isSame = (a: Uint8Array | null, b: Uint8Array | null): boolean =>
  a === b || (a !== null && b !== null && Buffer.compare(a, b) === 0);
