import { useCallback, useEffect, useRef, useState } from "react";
import { forget, putBack, type RecentDocument } from "./recent-documents.js";
import { removeDocument } from "./remove-document.js";

/** How long a deletion can be taken back. */
export const UNDO_MS = 8000;

/** What became of the last document that was taken from the list. */
export type DeletionState =
  | { readonly state: "none" }
  | { readonly state: "forgotten" | "removing"; readonly document: RecentDocument }
  | { readonly state: "forbidden" | "failed"; readonly document: RecentDocument };

export interface Deletion {
  readonly now: DeletionState;
  readonly forget: (document: RecentDocument) => void;
  readonly remove: (document: RecentDocument) => void;
  readonly undo: () => void;
}

/**
 * Deletes a document once it can no longer be taken back: after some seconds, or at once when the
 * page is left or another document is deleted.
 */
export function useDeletion(): Deletion {
  const [now, setNow] = useState<DeletionState>({ state: "none" });
  const pending = useRef<{ document: RecentDocument; timer: number } | null>(null);

  const commit = useCallback(() => {
    if (pending.current === null) return;
    const { document, timer } = pending.current;
    pending.current = null;
    clearTimeout(timer);
    setNow((shown) => (aboutIt(shown, document) ? { state: "none" } : shown));
    void removeDocument(document).then((result) => {
      if (result === "removed") return;
      putBack(document);
      setNow({ state: result, document });
    });
  }, []);

  useEffect(() => {
    window.addEventListener("pagehide", commit);
    return () => {
      window.removeEventListener("pagehide", commit);
      commit();
    };
  }, [commit]);

  return {
    now,
    forget: (document) => {
      commit();
      forget(document.room);
      setNow({ state: "forgotten", document });
    },
    remove: (document) => {
      commit();
      forget(document.room);
      pending.current = { document, timer: window.setTimeout(commit, UNDO_MS) };
      setNow({ state: "removing", document });
    },
    undo: () => {
      if (now.state === "none") return;
      if (pending.current !== null) clearTimeout(pending.current.timer);
      pending.current = null;
      putBack(now.document);
      setNow({ state: "none" });
    },
  };
}

function aboutIt(shown: DeletionState, document: RecentDocument): boolean {
  return shown.state === "removing" && shown.document.room === document.room;
}
