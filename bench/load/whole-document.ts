import { replay, type Trace } from "@homeroom/trace";
import { session } from "./session-file.js";
import { applyUpdate, Doc } from "./yjs.js";

export const ROOT = "text";
const AUTHOR = 4_711;

/** A whole recorded session in one update, `copies` of it in front of each other. */
export async function wholeDocument(name: string, copies = 1): Promise<WholeDocument> {
  const trace = await session(name);
  const once = trace.txns.flatMap(({ patches }) => patches);
  const patches = Array.from({ length: copies }, () => once).flat();
  const all: Trace = {
    endContent: "",
    agents: 1,
    txns: [{ agent: 0, parents: [], time: null, patches }],
  };
  const [edit] = replay(all, { root: ROOT, clientIds: [AUTHOR] });
  return { update: edit?.update ?? new Uint8Array(), text: trace.endContent.repeat(copies) };
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
