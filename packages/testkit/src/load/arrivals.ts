import type * as Y from "yjs";
import { percentile } from "../percentile.js";
import { type Writer, watchEdits } from "./writer.js";

/** Milliseconds. */
export interface Gaps {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/**
 * How long edits take from the moment they are made to each of the other documents of their room.
 * Writers and documents are of one process, and so of one clock.
 */
export class Arrivals {
  readonly #writers = new Map<string, Writer>();
  #gaps: number[] = [];

  /** Whose edits are measured. */
  add(writer: Writer): void {
    this.#writers.set(writer.name, writer);
  }

  /** Measures what arrives in `doc` from now on. @param own whose document it is, if anybody's */
  watch(doc: Y.Doc, own?: Writer): void {
    watchEdits(doc, (id) => {
      const author = this.#writers.get(id.slice(0, id.lastIndexOf(":")));
      const writtenAt = author?.writtenAt.get(id);
      if (author === own || writtenAt === undefined) return;
      this.#gaps.push(performance.now() - writtenAt);
    });
  }

  /** What was measured since the last time that this was asked for; null where nothing was. */
  take(): Gaps | null {
    const gaps = this.#gaps;
    this.#gaps = [];
    return summary(gaps);
  }
}

/** Null where nothing was measured. */
export function summary(values: readonly number[]): Gaps | null {
  if (values.length === 0) return null;
  return {
    count: values.length,
    p50: percentile(values, 0.5),
    p99: percentile(values, 0.99),
    max: percentile(values, 1),
  };
}
