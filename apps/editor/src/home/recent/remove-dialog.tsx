import type { ReactNode } from "react";
import { Dialog } from "../../shared/dialog.js";
import { useWords } from "../../words/words.js";
import type { RecentDocument } from "./recent-documents.js";

/** Asks before a document is deleted for everybody. */
export function RemoveDialog(props: {
  document: RecentDocument;
  onClose: () => void;
  onConfirm: () => void;
}): ReactNode {
  const words = useWords();
  const title = props.document.title || words.document.untitled;
  return (
    <Dialog title={words.home.removeTitle(title)} onClose={props.onClose}>
      <p>{words.home.removeHint}</p>
      <div className="dialog__actions">
        <button type="button" className="button button--danger" onClick={props.onConfirm}>
          {words.home.removeConfirm}
        </button>
        <button type="button" className="button" onClick={props.onClose}>
          {words.cancel}
        </button>
      </div>
    </Dialog>
  );
}
