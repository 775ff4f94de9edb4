import type { Editor } from "@tiptap/core";
import { type FormEvent, type ReactNode, useState } from "react";
import { Dialog } from "../../../shared/dialog.js";
import { useWords } from "../../../words/words.js";
import { isSafeAddress } from "../blocks/link.js";

const HAS_SCHEME = /^[a-z][a-z0-9+.-]*:/i;

/** Sets, changes or removes the link at the selection; without one, the address is inserted. */
export function LinkDialog({
  editor,
  onClose,
}: {
  editor: Editor;
  onClose: () => void;
}): ReactNode {
  const words = useWords();
  const current = String(editor.getAttributes("link").href ?? "");
  const [address, setAddress] = useState(current);
  const [wrong, setWrong] = useState(false);

  const set = (event: FormEvent): void => {
    event.preventDefault();
    const typed = address.trim();
    const href = HAS_SCHEME.test(typed) ? typed : `https://${typed}`;
    if (typed === "" || !isSafeAddress(href)) {
      setWrong(true);
      return;
    }
    onClose();
    const chain = editor.chain().focus();
    if (editor.state.selection.empty && current === "") {
      const marks = [{ type: "link", attrs: { href } }];
      chain.insertContent({ type: "text", text: typed, marks }).run();
    } else chain.extendMarkRange("link").setLink({ href }).run();
  };
  const remove = (): void => {
    onClose();
    editor.chain().focus().extendMarkRange("link").unsetLink().run();
  };

  return (
    <Dialog title={words.link.title} onClose={onClose}>
      <form className="fields" onSubmit={set} noValidate>
        <label className="field">
          {words.link.address}
          <input
            type="url"
            value={address}
            placeholder={words.link.placeholder}
            aria-invalid={wrong}
            aria-describedby={wrong ? "bad-link" : undefined}
            onChange={(event) => setAddress(event.target.value)}
          />
        </label>
        {wrong && (
          <p id="bad-link" role="alert" className="field__error">
            {words.link.bad}
          </p>
        )}
        <div className="dialog__actions">
          <button type="submit" className="button button--primary">
            {words.link.set}
          </button>
          {current !== "" && (
            <button type="button" className="button" onClick={remove}>
              {words.link.remove}
            </button>
          )}
        </div>
      </form>
    </Dialog>
  );
}
