import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { replay, type Trace } from "@homeroom/trace";
import { session } from "./session-file.js";
import { applyUpdate, Doc, encodeStateAsUpdate } from "./yjs.js";

export const ROOT = "text";
/** As large as nearly all that Yjs draws: with 4,711 the same document takes a fifth less. */
export const AUTHOR = 3_141_592_653;
const cache = fileURLToPath(new URL("../.cache/", import.meta.url));

/** Patches of one transaction: Yjs tidies up at its end, and until then it slows down. */
const AT_ONCE = 500;

/**
 * A whole recorded session in one update, `copies` of it in front of each other. What took long to
 * make is kept for the next run.
 */
export async function wholeDocument(name: string, copies = 1): Promise<WholeDocument> {
  const trace = await session(name);
  const path = join(cache, `${name}-${copies}-${AUTHOR}.update`);
  let update = existsSync(path) ? await readFile(path) : null;
  if (update === null) {
    update = Buffer.from(typedAtOnce(trace, copies));
    await mkdir(cache, { recursive: true });
    // Others may be making it too.
    const draft = `${path}.${process.pid}`;
    await writeFile(draft, update);
    await rename(draft, path);
  }
  return { update, text: trace.endContent.repeat(copies) };
}

/** What a session holds, in one update. */
export function typedAtOnce(trace: Trace, copies = 1): Uint8Array {
  const doc = new Doc();
  const options = { root: ROOT, clientIds: [AUTHOR] };
  for (const { update } of replay(inLargeSteps(trace, copies), options)) {
    if (update !== null) applyUpdate(doc, update);
  }
  return encodeStateAsUpdate(doc);
}

function inLargeSteps(trace: Trace, copies: number): Trace {
  const once = trace.txns.flatMap(({ patches }) => patches);
  const txns: Trace["txns"][number][] = [];
  for (let copy = 0; copy < copies; copy++) {
    for (let at = 0; at < once.length; at += AT_ONCE) {
      const parents = txns.length === 0 ? [] : [txns.length - 1];
      txns.push({ agent: 0, parents, time: null, patches: once.slice(at, at + AT_ONCE) });
    }
  }
  return { endContent: "", agents: 1, txns };
}

export interface WholeDocument {
  readonly update: Uint8Array;
  readonly text: string;
}

/** The text that some updates hold together. */
export function textOf(updates: readonly Uint8Array[]): string {
  const doc = new Doc();
  doc.transact(() => {
    for (const update of updates) applyUpdate(doc, update);
  });
  return doc.getText(ROOT).toString();
}
