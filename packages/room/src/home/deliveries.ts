import type { Clock } from "../ports.js";
import type { Sliced } from "./slices.js";

interface Delivery {
  readonly updates: Iterator<Sliced>;
  readonly send: (update: Uint8Array) => void;
  readonly done: () => void;
}

/**
 * States on their way to those who lack them. What is large is made and sent a slice in each turn of
 * the event loop, so that other rooms have theirs in between.
 */
export class Deliveries {
  readonly #clock: Clock;
  /** Of one delivery in one turn. */
  readonly #bytesAtOnce: number;
  readonly #underWay = new Map<object, Delivery>();
  #scheduled = false;

  constructor(clock: Clock, bytesAtOnce: number) {
    this.#clock = clock;
    this.#bytesAtOnce = bytesAtOnce;
  }

  /** Whether something is on its way to them. */
  isUnderWay(whom: object): boolean {
    return this.#underWay.has(whom);
  }

  /** Sends the updates, in order, and says when all of them were: at once where they are small. */
  start(
    whom: object,
    updates: Iterable<Sliced>,
    send: (update: Uint8Array) => void,
    done: () => void,
  ): void {
    this.#underWay.set(whom, { updates: updates[Symbol.iterator](), send, done });
    this.#advance(whom, this.#bytesAtOnce);
    this.#schedule();
  }

  /** They have gone: nothing more is sent. */
  cancel(whom: object): void {
    this.#underWay.delete(whom);
  }

  /** Sends all that is under way, now. */
  finish(): void {
    // Whoever has got one may have asked for the next.
    while (this.#underWay.size > 0) {
      for (const whom of [...this.#underWay.keys()]) this.#advance(whom, Number.POSITIVE_INFINITY);
    }
  }

  /** Nobody is there any more. */
  clear(): void {
    this.#underWay.clear();
  }

  #schedule(): void {
    if (this.#scheduled || this.#underWay.size === 0) return;
    this.#scheduled = true;
    this.#clock.soon(() => {
      this.#scheduled = false;
      for (const whom of [...this.#underWay.keys()]) this.#advance(whom, this.#bytesAtOnce);
      this.#schedule();
    });
  }

  #advance(whom: object, maxBytes: number): void {
    const delivery = this.#underWay.get(whom);
    if (!delivery) return;
    let bytes = 0;
    // Whoever is sent something may be closed for it.
    while (bytes < maxBytes && this.#underWay.get(whom) === delivery) {
      const next = delivery.updates.next();
      if (next.done) {
        this.#underWay.delete(whom);
        delivery.done();
      } else if (next.value) {
        delivery.send(next.value);
        bytes += next.value.length;
      } else if (maxBytes !== Number.POSITIVE_INFINITY) {
        return;
      }
    }
  }
}
