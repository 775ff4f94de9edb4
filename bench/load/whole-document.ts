import { replay, type Trace } from "@homeroom/trace";
import { session } from "./session-file.js";
import { applyUpdate, Doc, encodeStateAsUpdate } from "./yjs.js";

export const ROOT = "text";
const AUTHOR = 4_711;

/** Patches of one transaction: Yjs tidies up at its end, and until then it slows down. */
const AT_ONCE = 500;

/**
 * A whole recorded session in one update, `copies` of it in front of each other.
 * @param name of the session, or what there is of it
 */
export async function wholeDocument(name: string | Trace, copies = 1): Promise<WholeDocument> {
  const trace = typeof name === "string" ? await session(name) : name;
  const doc = new Doc();
  for (const { update } of replay(inLargeSteps(trace, copies), {
    root: ROOT,
    clientIds: [AUTHOR],
  })) {
    if (update !== null) applyUpdate(doc, update);
  }
  return { update: encodeStateAsUpdate(doc), text: trace.endContent.repeat(copies) };
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
