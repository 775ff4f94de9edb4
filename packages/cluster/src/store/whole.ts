import { type StoredRoom, StoreError } from "@homeroom/room";
import * as Y from "yjs";

const parts = ({ snapshot, tail }: StoredRoom): Uint8Array[] =>
  snapshot ? [snapshot, ...tail] : [...tail];

/** A stored room as one V1 update. */
export function wholeOf(stored: StoredRoom): Uint8Array {
  const updates = parts(stored);
  const [only] = updates;
  return updates.length === 1 && only ? only : Y.mergeUpdates(updates);
}

export interface Comparison {
  /** Both together, as one V1 update. */
  readonly whole: Uint8Array;
  /** What only the second holds, as one V1 update; null where that is nothing. */
  readonly surplus: Uint8Array | null;
}

/**
 * Two copies of a room whose cursors do not tell what they have in common. Yjs tells: what it
 * emits when the second is applied on top of the first is what the first lacks.
 * @throws StoreError `DAMAGED` where one of them does not apply
 */
export function compareCopies(first: StoredRoom, second: StoredRoom): Comparison {
  // Nothing to compare with, and so no need for a document.
  if (!second.cursor) return { whole: wholeOf(first), surplus: null };
  const document = new Y.Doc();
  try {
    for (const update of parts(first)) Y.applyUpdate(document, update);
    const lacking: Uint8Array[] = [];
    document.on("update", (update: Uint8Array) => lacking.push(update));
    for (const update of parts(second)) Y.applyUpdate(document, update);
    return {
      whole: Y.encodeStateAsUpdate(document),
      surplus: lacking.length > 0 ? Y.mergeUpdates(lacking) : null,
    };
  } catch (error) {
    throw new StoreError("DAMAGED", "a stored copy of the room does not apply", { cause: error });
  } finally {
    document.destroy();
  }
}
