import { X } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef } from "react";
import { useWords } from "../words/words.js";

interface Props {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/**
 * A modal dialog, open for as long as it is rendered. The browser's own: it keeps the focus inside,
 * closes on Escape and on a click outside, and gives the focus back.
 */
export function Dialog({ title, onClose, children }: Props): ReactNode {
  const words = useWords();
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    // An element cannot be given the focus back by a dialog that vanished without closing.
    const opener = document.activeElement;
    dialog?.showModal();
    return () => {
      // The browser has closed it, and somebody may have put the focus elsewhere since.
      if (!dialog?.open) return;
      dialog.close();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  return (
    <dialog ref={ref} className="dialog" aria-labelledby={id} closedby="any" onClose={onClose}>
      <header className="dialog__top">
        <h2 id={id}>{title}</h2>
        <button type="button" className="icon-button" aria-label={words.close} onClick={onClose}>
          <X aria-hidden="true" />
        </button>
      </header>
      {children}
    </dialog>
  );
}
