import { type FormEvent, type ReactNode, useState } from "react";
import { Dialog } from "../../shared/dialog.js";
import { useWords } from "../../words/words.js";
import { type RecentDocument, retitle } from "./recent-documents.js";
import { renameDocument } from "./rename-document.js";

/** Gives a document another title without opening its page. */
export function RenameDialog(props: { document: RecentDocument; onClose: () => void }): ReactNode {
  const { document, onClose } = props;
  const words = useWords();
  const [state, setState] = useState<"" | "busy" | "failed">("");

  const rename = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const title = String(new FormData(event.currentTarget).get("title")).trim();
    if (title === "" || title === document.title) {
      onClose();
      return;
    }
    setState("busy");
    if (await renameDocument(document, title)) {
      retitle(document.room, title);
      onClose();
    } else setState("failed");
  };

  return (
    <Dialog title={words.home.renameTitle} onClose={onClose}>
      <form className="fields" onSubmit={(event) => void rename(event)}>
        <label className="field">
          {words.home.renameLabel}
          <input
            name="title"
            type="text"
            maxLength={80}
            defaultValue={document.title}
            autoComplete="off"
          />
        </label>
        {state === "failed" && (
          <p role="alert" className="field__error">
            {words.home.renameFailed}
          </p>
        )}
        <div className="dialog__actions">
          <button type="submit" className="button button--primary" aria-disabled={state === "busy"}>
            {state === "busy" ? words.home.renaming : words.home.renameDone}
          </button>
          <button type="button" className="button" onClick={onClose}>
            {words.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
