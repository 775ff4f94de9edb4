import type { RecentDocument } from "./recent-documents.js";

/** A server that says nothing for so long has not done it, as far as anybody here can know. */
const PATIENCE_MS = 10_000;

/** Deletes a document at the server, then this browser's copy of it. Never rejects. */
export async function removeDocument({
  room,
  token,
}: RecentDocument): Promise<"removed" | "forbidden" | "failed"> {
  try {
    const answer = await fetch(`/api/v1/rooms/${encodeURIComponent(room)}`, {
      method: "DELETE",
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
      // It also goes out while the page is left.
      keepalive: true,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (answer.status === 401 || answer.status === 403) return "forbidden";
    if (!answer.ok && answer.status !== 404) return "failed";
    const { forgetLocalCopy } = await import("../../document/local-copy.js");
    await forgetLocalCopy(room);
    return "removed";
  } catch {
    return "failed";
  }
}
