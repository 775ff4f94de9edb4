import { type DeleteSet, type StateVector, WireLimits } from "@homeroom/protocol";
import * as Y from "yjs";

/** Adds what a transaction has deleted of what was there before. */
export function addDeletesBefore(
  before: StateVector,
  deletes: DeleteSet,
  { deleteSet }: Y.Transaction,
): void {
  for (const [client, items] of deleteSet.clients) {
    const known = before.get(client) ?? 0;
    const ranges = deletes.get(client) ?? [];
    for (const { clock, len } of items) if (clock < known) ranges.push([clock, clock + len]);
    if (ranges.length > 0) deletes.set(client, ranges);
  }
}

/**
 * Yjs keeps what it cannot integrate yet, for the day that the rest comes. Here the rest comes
 * from the client itself, which is asked for it.
 * @returns whether there was nothing of the kind
 */
export function dropPending(doc: Y.Doc): boolean {
  const { store } = doc;
  if (store.pendingStructs === null && store.pendingDs === null) return true;
  store.pendingStructs = null;
  store.pendingDs = null;
  return false;
}

/**
 * Yjs removes marks of rich text that have become redundant, after transactions that are not local.
 * In a document of which it has only seen a part they may be redundant for want of the rest.
 */
export function leaveMarks(transaction: Y.Transaction): void {
  transaction.local = true;
}

/** Deeply nested types apply, and later overflow the stack of `toJSON` and of deletion. */
export function checkNesting(transaction: Y.Transaction): void {
  for (const [client, structs] of transaction.doc.store.clients) {
    const before = transaction.beforeState.get(client) ?? 0;
    for (let i = structs.length - 1; i >= 0; i--) {
      const struct = structs[i] as Y.Item | Y.GC;
      if (struct.id.clock < before) break;
      if (struct instanceof Y.Item && struct.content instanceof Y.ContentType) {
        checkDepth(struct);
      }
    }
  }
}

function checkDepth(item: Y.Item): void {
  let depth = 1;
  for (let at: Y.Item | null = item; at !== null; depth++) {
    if (depth > WireLimits.nesting) throw new Error("shared types nested too deeply");
    at = at.parent instanceof Y.AbstractType ? at.parent._item : null;
  }
}
