import { isDeepStrictEqual } from "node:util";
import * as Y from "yjs";
import { eventually } from "./wait/eventually.js";

/**
 * What keeps `doc` from being the same as `other`, null where nothing does: state vectors and
 * deletions, updates that wait for others, and every root's content as JSON.
 */
export function difference(doc: Y.Doc, other: Y.Doc): string | null {
  for (const each of [doc, other]) {
    if (each.store.pendingStructs !== null || each.store.pendingDs !== null) {
      return `client ${each.clientID} has updates that wait for others`;
    }
  }
  if (!isDeepStrictEqual(stateVector(doc), stateVector(other))) {
    return `state vectors differ: ${show(doc)} and ${show(other)}`;
  }
  if (!Y.equalSnapshots(Y.snapshot(doc), Y.snapshot(other))) return "deletions differ";
  for (const name of new Set([...doc.share.keys(), ...other.share.keys()])) {
    const [one, two] = [rootAsJson(doc, other, name), rootAsJson(other, doc, name)];
    if (!isDeepStrictEqual(one, two)) {
      return `root "${name}" differs: ${excerpt(one)} and ${excerpt(two)}`;
    }
  }
  return null;
}

/** Waits until all documents are the same and nothing waits in any. @throws DeadlineError */
export async function waitForConvergence(
  docs: readonly Y.Doc[],
  { within = 10_000, message = "documents converge" }: { within?: number; message?: string } = {},
): Promise<void> {
  const first = docs[0];
  if (first === undefined) throw new RangeError("no documents to compare");
  let found: string | null = null;
  await eventually(
    () => {
      found = null;
      for (const doc of docs.slice(1)) found ??= difference(first, doc);
      return found === null;
    },
    { within, message: () => `${message} (${found})` },
  );
}

const stateVector = (doc: Y.Doc): Map<number, number> =>
  Y.decodeStateVector(Y.encodeStateVector(doc));

const show = (doc: Y.Doc): string =>
  JSON.stringify([...stateVector(doc)].sort(([a], [b]) => a - b)).slice(0, 400);

const excerpt = (json: unknown): string => JSON.stringify(json).slice(0, 200);

/** A root that a document has received but not used has no kind yet: it takes the other one's. */
function rootAsJson(doc: Y.Doc, other: Y.Doc, name: string): unknown {
  const kind = [doc, other]
    .map((each) => each.share.get(name)?.constructor)
    .find((type) => type !== undefined && type !== Y.AbstractType);
  if (kind === undefined) return null;
  return doc.get(name, kind as new () => Y.AbstractType<unknown>).toJSON();
}
