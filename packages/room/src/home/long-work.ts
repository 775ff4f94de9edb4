import type { Steps } from "@homeroom/protocol";
import type { Clock } from "../ports.js";
import type { RoomDocument } from "./document.js";

export interface LongWorkOptions {
  readonly clock: Pick<Clock, "soon">;
  /** What the room works on; undefined once it is over. */
  readonly document: () => RoomDocument | null | undefined;
  /** Whether a long update is being applied, of which nothing may be seen yet. */
  readonly merging: () => boolean;
  /** Whether that update waits, nobody knows for how long. */
  readonly frozen: () => boolean;
}

/** What a room does in steps, with its own edits and all that others do in between. */
export class LongWork {
  readonly #options: LongWorkOptions;
  /** Encodings that are under way, or wait for each other. */
  #encodings = 0;
  #lastEncoding: Promise<unknown> | null = null;

  constructor(options: LongWorkOptions) {
    this.#options = options;
  }

  /** Whether a document is being encoded. */
  get encoding(): boolean {
    return this.#encodings > 0;
  }

  /**
   * One encoding at a time: what one of them encodes, the next one builds on. Null where the
   * document is not the room's any more.
   */
  async encode(document: RoomDocument): Promise<Uint8Array | null> {
    this.#encodings++;
    const before = this.#lastEncoding;
    const run = (async () => {
      await before?.catch(() => {});
      return await this.do(document.encoding(), document);
    })();
    this.#lastEncoding = run;
    try {
      return await run;
    } finally {
      this.#encodings--;
    }
  }

  /** Does work for this document, or for a room that has none yet. Null where it is for nothing now. */
  async do<T>(steps: Steps<T>, document: RoomDocument | null): Promise<T | null> {
    const { clock, merging, frozen } = this.#options;
    while (this.#options.document() === document) {
      if (merging()) {
        if (frozen()) return null;
      } else {
        const step = steps.next();
        if (step.done) return step.value;
      }
      await new Promise<void>((resolve) => clock.soon(resolve));
    }
    return null;
  }
}
