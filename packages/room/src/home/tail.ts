import type { RoomLimits } from "../limits.js";
import type { Snapshot } from "./snapshots.js";

/** What a snapshot stands for in the journal. */
export type TakenTail = Pick<Snapshot, "replaces" | "wanted">;

/** What a room has journaled since its last snapshot, and whether it is time for the next one. */
export class Tail {
  readonly #limits: Pick<RoomLimits, "snapshotAfterBytes" | "snapshotAfterRecords">;
  #bytes = 0;
  #records = 0;
  #wanted = false;

  constructor(limits: Pick<RoomLimits, "snapshotAfterBytes" | "snapshotAfterRecords">) {
    this.#limits = limits;
  }

  /** Whether a snapshot is wanted even where it replaces nothing. */
  get wanted(): boolean {
    return this.#wanted;
  }

  want(): void {
    this.#wanted = true;
  }

  add(update: Uint8Array): void {
    this.#bytes += update.length;
    this.#records++;
  }

  /** Whether it is so long that a document of so many bytes is better written anew. */
  isLong(documentBytes: number): boolean {
    const { snapshotAfterBytes, snapshotAfterRecords } = this.#limits;
    const enough = Math.max(snapshotAfterBytes, documentBytes / 2);
    return this.#bytes > enough || this.#records > snapshotAfterRecords;
  }

  /** What a snapshot of all that is here now replaces; null where none is needed. */
  take(): TakenTail | null {
    if (this.#records === 0 && !this.#wanted) return null;
    const taken = {
      replaces: { bytes: this.#bytes, records: this.#records },
      wanted: this.#wanted,
    };
    this.#bytes = 0;
    this.#records = 0;
    this.#wanted = false;
    return taken;
  }

  /** The snapshot was not written: what it would have replaced waits for the next one. */
  giveBack({ replaces, wanted }: TakenTail): void {
    this.#bytes += replaces.bytes;
    this.#records += replaces.records;
    this.#wanted ||= wanted;
  }
}
