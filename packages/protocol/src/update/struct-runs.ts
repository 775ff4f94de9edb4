import { createEncoder, toUint8Array, writeUint8Array, writeVarUint } from "lib0/encoding";

/** Consecutive structs of one client: bytes `start` to `end` of their update. */
export interface StructRun {
  readonly client: number;
  readonly clock: number;
  readonly structs: number;
  readonly start: number;
  readonly end: number;
}

const NO_DELETES = Uint8Array.of(0);

/** Structs of an update that make another one. */
export class StructRuns {
  readonly #update: Uint8Array;
  readonly #runs = new Map<number, StructRun>();
  #bytes = 0;

  constructor(update: Uint8Array) {
    this.#update = update;
  }

  /** Of the structs alone. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes more structs, of each client in their order and without a gap. */
  add(run: StructRun): void {
    const { client, structs, start, end } = run;
    const before = this.#runs.get(client);
    this.#runs.set(client, before ? { ...before, structs: before.structs + structs, end } : run);
    this.#bytes += end - start;
  }

  /** Encodes what it took, and is empty again. @param deletes an encoded delete set */
  take(deletes: Uint8Array = NO_DELETES): Uint8Array {
    const encoder = createEncoder();
    writeVarUint(encoder, this.#runs.size);
    for (const { client, clock, structs, start, end } of this.#runs.values()) {
      writeVarUint(encoder, structs);
      writeVarUint(encoder, client);
      writeVarUint(encoder, clock);
      writeUint8Array(encoder, this.#update.subarray(start, end));
    }
    writeUint8Array(encoder, deletes);
    this.#runs.clear();
    this.#bytes = 0;
    return toUint8Array(encoder);
  }
}
