import type * as Y from "yjs";
import { editsIn, type Writer } from "./writer.js";

/** An invariant of the system does not hold. */
export class InvariantError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "InvariantError";
  }
}

/**
 * Every edit that was acknowledged is there.
 * @param where whose document it is, in the words of the failure
 * @throws InvariantError naming those that are not
 */
export function assertNothingLost(doc: Y.Doc, writers: readonly Writer[], where?: string): void {
  const present = new Set(editsIn(doc));
  const lost = writers.flatMap((writer) =>
    [...writer.acknowledged].filter((id) => !present.has(id)),
  );
  if (lost.length > 0) {
    throw new InvariantError(
      `${lost.length} acknowledged edits are lost${where ? ` in ${where}` : ""}: ${excerpt(lost)}`,
    );
  }
}

/** Each edit is there once, and is one that somebody made. @throws InvariantError */
export function assertNothingInvented(doc: Y.Doc, writers: readonly Writer[]): void {
  const ids = editsIn(doc);
  const seen = new Set<string>();
  const twice = ids.filter((id) => seen.size === seen.add(id).size);
  if (twice.length > 0) throw new InvariantError(`edits are there twice: ${excerpt(twice)}`);
  const written = new Set(writers.flatMap((writer) => writer.written));
  const strange = ids.filter((id) => !written.has(id));
  if (strange.length > 0) throw new InvariantError(`nobody made these edits: ${excerpt(strange)}`);
}

const excerpt = (ids: readonly string[]): string =>
  ids.slice(0, 20).join(", ") + (ids.length > 20 ? ", …" : "");
