import { HomeroomProvider } from "@homeroom/client";
import { Doc } from "yjs";
import { giveTitle } from "../../document/title.js";
import { serverUrl } from "../../server-url.js";
import type { RecentDocument } from "./recent-documents.js";

/** A server that has not confirmed it by then may never do. */
const PATIENCE_MS = 10_000;

/** Gives a document a title. @returns whether the server has it, on disk */
export async function renameDocument(
  { room, token }: RecentDocument,
  title: string,
): Promise<boolean> {
  const doc = new Doc();
  const provider = new HomeroomProvider(serverUrl(), room, doc, {
    params: token === null ? {} : { token },
    disableBc: true,
  });
  // Nobody is to see a guest without a name come and go.
  provider.awareness.setLocalState(null);
  const signal = AbortSignal.timeout(PATIENCE_MS);
  try {
    await provider.whenSaved({ signal });
    giveTitle(doc, title);
    await provider.whenSaved({ signal });
    return true;
  } catch {
    return false;
  } finally {
    provider.destroy();
    doc.destroy();
  }
}
