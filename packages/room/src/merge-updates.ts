import * as Y from "yjs";

/** Few enough for Yjs, which sorts all that it merges again for every struct. */
const MERGED_AT_ONCE = 16;

/**
 * Several V1 updates, at least one, as one that says the same. `Y.mergeUpdates` takes time in
 * proportion to the square of their number (106 ms for 300 KB and 2,400 edits since, 23 in this way).
 * @throws where one is no update
 */
export function mergeUpdates(updates: readonly Uint8Array[]): Uint8Array {
  let parts = updates;
  while (parts.length > MERGED_AT_ONCE) {
    parts = groupsOf(parts).map((group) => Y.mergeUpdates(group));
  }
  const [only] = parts;
  return parts.length === 1 && only ? only : Y.mergeUpdates([...parts]);
}

/** The first is apart: it may hold a whole document, which is then gone through once. */
function groupsOf([first, ...others]: readonly Uint8Array[]): Uint8Array[][] {
  const groups = first ? [[first]] : [];
  for (let start = 0; start < others.length; start += MERGED_AT_ONCE) {
    groups.push(others.slice(start, start + MERGED_AT_ONCE));
  }
  return groups;
}
