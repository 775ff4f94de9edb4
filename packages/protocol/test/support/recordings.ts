import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import type { TestContext } from "vitest";
import * as Y from "yjs";

const folder =
  process.env.HOMEROOM_TRACES ?? resolve(import.meta.dirname, "../../../../../shared/traces");

interface Recording {
  readonly txns: readonly { readonly patches: readonly (readonly [number, number, string])[] }[];
}

/**
 * The first edits of a recorded session of one sequence, as the updates that Yjs emits for them,
 * and the document. Skips the test where there is no recording, and says so.
 */
export function recordedUpdates(
  name: string,
  edits: number,
  context: TestContext,
): { updates: Uint8Array[]; doc: Y.Doc } {
  const path = join(folder, name);
  const absent = `no recorded session at ${path}: set HOMEROOM_TRACES to the folder that holds ${name}`;
  context.skip(!existsSync(path), absent);
  const { txns } = JSON.parse(gunzipSync(readFileSync(path)).toString()) as Recording;
  const doc = new Y.Doc();
  const body = doc.getText("text");
  const updates: Uint8Array[] = [];
  doc.on("update", (update: Uint8Array) => updates.push(update));
  for (const { patches } of txns.slice(0, edits)) {
    doc.transact(() => {
      for (const [at, deleted, inserted] of patches) {
        // Positions are code points, and Yjs counts UTF-16 units; which of the text they hit
        // does not matter here.
        const from = Math.min(at, body.length);
        body.delete(from, Math.min(deleted, body.length - from));
        body.insert(from, inserted);
      }
    });
  }
  return { updates, doc };
}
