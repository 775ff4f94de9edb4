import type { RoomLimits } from "../limits.js";
import type { Clock } from "../ports.js";
import { type Cursor, compareCursors } from "../store.js";
import { UpdateLog } from "./update-log.js";

/**
 * What a room has broadcast since it was opened, for the audiences that come over from its home
 * before: where that one handed over exactly what was opened here, this is all they lack. Kept for
 * a while, and while it is small.
 */
export class Continuation {
  readonly #opened: Cursor | null;
  readonly #until: number;
  readonly #clock: Clock;
  readonly #maxBytes: number;
  #updates: UpdateLog | null = new UpdateLog();

  /** @param opened the last record of what was opened */
  constructor(opened: Cursor | null, clock: Clock, limits: RoomLimits) {
    this.#opened = opened;
    this.#clock = clock;
    this.#until = clock.monotonic() + limits.resumeMs;
    this.#maxBytes = limits.maxResumeBytes;
  }

  add(update: Uint8Array): void {
    if (!this.#updates) return;
    if (this.#updates.bytes + update.length > this.#maxBytes) this.#updates = null;
    else this.#updates.add(update);
  }

  /** Looks at the time; called every second or so. */
  tick(): void {
    if (this.#clock.monotonic() > this.#until) this.#updates = null;
  }

  /** What was broadcast after `cursor`, oldest first; null where that is not known. */
  after(cursor: Cursor | null): readonly Uint8Array[] | null {
    const opened = this.#opened;
    const same = cursor && opened ? compareCursors(cursor, opened) === 0 : cursor === opened;
    return same && this.#updates ? [...this.#updates] : null;
  }
}
