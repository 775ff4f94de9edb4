/** An update of up to so many bytes is copied into a block. */
const SMALL_BYTES = 1_024;
/** The first block; each one is twice as large as the one before. */
const MIN_BLOCK_BYTES = 256;
const MAX_BLOCK_BYTES = 16_384;

/** Updates side by side, from the first byte on. */
interface Block {
  readonly bytes: Uint8Array;
  /** Where each update ends. */
  readonly ends: number[];
}

/**
 * Updates, oldest first. Small ones are copied into blocks: a keystroke has 30 bytes, and as an
 * array of its own it takes V8 some 250 and a visit at each of its collections.
 */
export class UpdateLog implements Iterable<Uint8Array> {
  readonly #blocks: Block[] = [];
  #length = 0;
  #bytes = 0;

  constructor(updates: Iterable<Uint8Array> = []) {
    for (const update of updates) this.add(update);
  }

  /** How many there are. */
  get length(): number {
    return this.#length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** A large one is kept as it is, and must not be changed any more. */
  add(update: Uint8Array): void {
    this.#length++;
    this.#bytes += update.length;
    if (update.length > SMALL_BYTES) {
      this.#blocks.push({ bytes: update, ends: [update.length] });
      return;
    }
    const { bytes, ends } = this.#blockFor(update);
    const at = ends.at(-1) ?? 0;
    bytes.set(update, at);
    ends.push(at + update.length);
  }

  /** Those that were added once there were `count`. */
  after(count: number): UpdateLog {
    const rest = new UpdateLog();
    let nth = 0;
    for (const update of this) if (nth++ >= count) rest.add(update);
    return rest;
  }

  *[Symbol.iterator](): Generator<Uint8Array, void, void> {
    for (const { bytes, ends } of this.#blocks) {
      let from = 0;
      for (const end of ends) {
        yield bytes.subarray(from, end);
        from = end;
      }
    }
  }

  #blockFor(update: Uint8Array): Block {
    const last = this.#blocks.at(-1);
    if (last && (last.ends.at(-1) ?? 0) + update.length <= last.bytes.length) return last;
    const twice = Math.min(2 * (last?.bytes.length ?? 0), MAX_BLOCK_BYTES);
    const size = Math.max(twice, MIN_BLOCK_BYTES, update.length);
    const block: Block = { bytes: new Uint8Array(size), ends: [] };
    this.#blocks.push(block);
    return block;
  }
}
