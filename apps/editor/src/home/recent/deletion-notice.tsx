import type { ReactNode } from "react";
import { useWords, type Words } from "../../words/words.js";
import type { Deletion, DeletionState } from "./use-deletion.js";

/** Says what became of a document, and takes it back while that can be done. */
export function DeletionNotice({ now, undo }: Deletion): ReactNode {
  const words = useWords();
  return (
    <div className="toasts" role="status">
      {now.state !== "none" && (
        <div className={`toast toast--${now.state}`}>
          <p>{textOf(words, now)}</p>
          {(now.state === "forgotten" || now.state === "removing") && (
            <button type="button" className="button" onClick={undo}>
              {words.home.undo}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function textOf({ home, document }: Words, now: Exclude<DeletionState, { state: "none" }>): string {
  const title = now.document.title || document.untitled;
  switch (now.state) {
    case "forgotten":
      return home.forgotten(title);
    case "removing":
      return home.removed(title);
    case "forbidden":
      return home.removeForbidden(title);
    case "failed":
      return home.removeFailed(title);
  }
}
