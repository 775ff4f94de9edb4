import { scanUpdate, type UpdateScan } from "@homeroom/protocol";
import * as Y from "yjs";

/** What a document sends of each of its edits. */
export function recordUpdates(doc: Y.Doc): Uint8Array[] {
  const updates: Uint8Array[] = [];
  doc.on("update", (update: Uint8Array) => updates.push(update));
  return updates;
}

/** The update that one edit of a document gives. */
export function edit(doc: Y.Doc, change: (doc: Y.Doc) => void): Uint8Array {
  let result: Uint8Array | null = null;
  const record = (update: Uint8Array): void => {
    result = update;
  };
  doc.on("update", record);
  doc.transact(() => change(doc));
  doc.off("update", record);
  if (!result) throw new Error("nothing was changed");
  return result;
}

export function copyOf(doc: Y.Doc): Y.Doc {
  const copy = new Y.Doc();
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
  return copy;
}

export const scanned = (bytes: Uint8Array): { bytes: Uint8Array; scan: UpdateScan } => ({
  bytes,
  scan: scanUpdate(bytes),
});

/**
 * Two updates that pass the structural check. The first leaves one collected struct of `client`.
 * The second adds "half" to the text `t`, as client `client + 1`, and then overlaps that struct
 * with text, whose left neighbour is no item: Yjs throws in the middle of the transaction. Found
 * by mutating real updates.
 */
export const poison = (client: number): readonly [harmless: Uint8Array, poisonous: Uint8Array] => [
  Uint8Array.of(1, 1, client, 0, 0, 1, 0),
  Uint8Array.of(
    ...[2, 1, client + 1, 0, 4, 1, 1, 0x74, 4, 0x68, 0x61, 0x6c, 0x66],
    ...[1, client, 0, 4, 1, 1, 0x74, 2, 0x61, 0x62, 0],
  ),
];

/** An update that nests `depth` arrays in each other, all in one. */
export function nestedArrays(depth: number): Uint8Array {
  const doc = new Y.Doc();
  return edit(doc, () => nest(doc.getArray("nested"), depth));
}

/** Nests `depth` arrays in an array. @returns the innermost */
export function nest(array: Y.Array<unknown>, depth: number): Y.Array<unknown> {
  let innermost = array;
  for (let i = 0; i < depth; i++) {
    const inner = new Y.Array<unknown>();
    innermost.insert(0, [inner]);
    innermost = inner;
  }
  return innermost;
}
