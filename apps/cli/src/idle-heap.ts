import type { Clock, Timer } from "@homeroom/room";

/** What of the JavaScript engine is needed here. */
export interface Heap {
  /** Bytes in use by what has lived for a while, garbage included. */
  used(): number;
  /** Bytes taken from the operating system. */
  held(): number;
  /** The share of the time since the last call that this process was busy, from 0 to 1. */
  busy(): number;
  /** Collects all garbage. Nothing else happens meanwhile. */
  collect(): void;
}

const LOOK_MS = 1_000;
/** A process that does more is left to V8's own collections, which take little time each. */
const IDLE_BUSY = 0.1;
/** Growth since the last collection that is worth another one: a share, and bytes. */
const GROWTH = 0.25;
const MIN_GROWTH_BYTES = 8 * 1024 * 1024;
/** The first one frees; others bring together what is left, a few megabytes each, so that pages are given back. */
const PASSES = 10;
/** So many follow each other at `LOOK_MS`, so that idle connections are given back soon. */
const QUICK_PASSES = 3;
/** The others are apart, because V8 keeps its space for young objects for five seconds. */
const PASS_MS = 2_000;
/** For as long as the heap is that much larger than what is in it, and they still give some back. */
const SPARSE = 1.5;
const MIN_GAIN_BYTES = 1024 * 1024;
const MAX_FRUITLESS = 3;

/**
 * Gives memory back that nobody uses. V8 collects when something else needs the space, and in a
 * process where nobody types nothing does: it would keep the garbage of every document that came to
 * rest (docs/adr/0038).
 */
export class IdleHeap {
  readonly #clock: Clock;
  readonly #heap: Heap;
  readonly #quiet: () => boolean;
  #floor = 0;
  #passes = 0;
  /** Collections in a row that gave next to nothing back. */
  #fruitless = 0;
  #timer: Timer;

  /** @param quiet whether nobody would notice a pause */
  constructor(clock: Clock, heap: Heap, quiet: () => boolean) {
    this.#clock = clock;
    this.#heap = heap;
    this.#quiet = quiet;
    heap.busy();
    this.#timer = this.#later();
  }

  close(): void {
    this.#timer.cancel();
  }

  #later(): Timer {
    const done = PASSES - this.#passes;
    const slow = this.#passes > 0 && done >= QUICK_PASSES;
    return this.#clock.after(slow ? PASS_MS : LOOK_MS, () => {
      this.#look();
      this.#timer = this.#later();
    });
  }

  #look(): void {
    const idle = this.#heap.busy() < IDLE_BUSY && this.#quiet();
    if (!idle) return;
    const worth = this.#floor + Math.max(MIN_GROWTH_BYTES, this.#floor * GROWTH);
    if (this.#passes === 0 && this.#heap.used() > worth) this.#passes = PASSES;
    if (this.#passes === 0) return;
    const before = this.#heap.held();
    this.#heap.collect();
    const held = this.#heap.held();
    this.#floor = this.#heap.used();
    this.#fruitless = before - held < MIN_GAIN_BYTES ? this.#fruitless + 1 : 0;
    // What one collection lets go of is still resident until the next one, or a while longer.
    const gained = this.#fruitless === 0;
    const sparse = held > this.#floor * SPARSE;
    const goesOn = gained || (sparse && this.#fruitless < MAX_FRUITLESS);
    this.#passes = goesOn ? this.#passes - 1 : 0;
    if (this.#passes === 0) this.#fruitless = 0;
  }
}
