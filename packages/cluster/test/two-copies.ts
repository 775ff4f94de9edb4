import type { RoomName } from "@homeroom/protocol";
import type { AppendOutcome, Cursor, Home, StoredRoom } from "@homeroom/room";
import * as Y from "yjs";
import {
  MemoryPrimary,
  MemorySharedStore,
  ReplicatedStore,
  type SharedStore,
} from "../src/index.js";
import { ManualClock } from "./manual-clock.js";
import { silent } from "./silent.js";

/** A node's disk and its way to the shared store, and which rooms it is home to. */
export class JournalNode {
  readonly disk: MemoryPrimary;
  readonly local: MemorySharedStore;
  readonly homes = new Map<RoomName, Home>();
  readonly snapshotsAskedFor: RoomName[] = [];
  /** What the home is to apply to its document. */
  readonly found: Uint8Array[] = [];
  readonly #shared: SharedStore;
  store: ReplicatedStore;

  constructor(shared: SharedStore) {
    this.disk = new MemoryPrimary(new ManualClock());
    this.local = new MemorySharedStore(this.disk);
    this.#shared = shared;
    this.store = this.#open();
  }

  /** A new process over the same disk: home to nothing, and it has forgotten what it knew. */
  restart(): void {
    this.homes.clear();
    this.store = this.#open();
  }

  #open(): ReplicatedStore {
    return new ReplicatedStore({
      local: this.local,
      shared: this.#shared,
      homeOf: (room) => this.homes.get(room) ?? null,
      needsSnapshot: (room) => this.snapshotsAskedFor.push(room),
      found: (_, update) => this.found.push(update),
      logger: silent,
    });
  }
}

/** A document whose every edit has a name of its own. */
export class Edits {
  readonly document = new Y.Doc();
  readonly #updates: Uint8Array[] = [];

  constructor(stored?: StoredRoom) {
    for (const update of stored ? partsOf(stored) : []) Y.applyUpdate(this.document, update);
    this.document.on("update", (update: Uint8Array) => this.#updates.push(update));
  }

  /** Makes an edit. @returns its update */
  make(id: string): Uint8Array {
    this.document.getMap("edits").set(id, true);
    const update = this.#updates.pop();
    if (!update) throw new Error("nothing was emitted");
    return update;
  }

  /** Applies what came from elsewhere. @returns what was new in it */
  apply(update: Uint8Array): Uint8Array[] {
    Y.applyUpdate(this.document, update);
    return this.#updates.splice(0);
  }

  encode(): Uint8Array {
    return Y.encodeStateAsUpdate(this.document);
  }
}

/** The names of the edits that a stored room holds, in alphabetical order. */
export function editsIn(stored: StoredRoom): string[] {
  const { document } = new Edits(stored);
  return [...document.getMap("edits").keys()].sort((a, b) => a.localeCompare(b));
}

const partsOf = ({ snapshot, tail }: StoredRoom): Uint8Array[] =>
  snapshot ? [snapshot, ...tail] : [...tail];

/** The cursor of a durable entry; throws what refused any other. */
export function durable(outcome: AppendOutcome | undefined): Cursor {
  if (outcome?.ok) return outcome.cursor;
  throw outcome?.error ?? new Error("no outcome");
}
