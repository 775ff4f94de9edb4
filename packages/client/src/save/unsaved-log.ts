import { mergeUpdates } from "yjs";

/** Past this many updates, those that wait are merged into one. */
const MAX_UPDATES = 100;

/** The updates made here that are not known to be durable, so that they can be read out. */
export class UnsavedLog {
  #updates: Uint8Array[] = [];

  push(update: Uint8Array): void {
    this.#updates.push(update);
    if (this.#updates.length > MAX_UPDATES) this.#updates = [mergeUpdates(this.#updates)];
  }

  /** One update that holds all of them, or null if there is none. */
  read(): Uint8Array | null {
    return this.#updates.length === 0 ? null : mergeUpdates(this.#updates);
  }

  clear(): void {
    this.#updates = [];
  }
}
