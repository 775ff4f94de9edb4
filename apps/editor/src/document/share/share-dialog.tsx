import { Check, Copy } from "lucide-react";
import { type ReactNode, useRef, useState } from "react";
import { Dialog } from "../../shared/dialog.js";
import { useWords } from "../../words/words.js";

/** The link of this document, for others. @param token an address that holds one is personal */
export function ShareDialog(props: { token: string | null; onClose: () => void }): ReactNode {
  const words = useWords();
  const link = useRef<HTMLInputElement>(null);
  const [state, setState] = useState<"" | "copied" | "selected">("");
  const address = location.origin + location.pathname;

  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(address);
      setState("copied");
    } catch {
      link.current?.select();
      setState("selected");
    }
  };

  return (
    <Dialog title={words.share.title} onClose={props.onClose}>
      <p>{props.token === null ? words.share.everybody : words.share.personal}</p>
      <div className="share__link">
        <input
          ref={link}
          type="text"
          readOnly
          aria-label={words.share.link}
          value={address}
          onFocus={(event) => event.target.select()}
        />
        <button type="button" className="button button--primary" onClick={() => void copy()}>
          {state === "copied" ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />}
          {state === "copied" ? words.share.copied : words.share.copy}
        </button>
      </div>
      <p role="status" className="muted">
        {state === "selected" && words.share.select}
        {state !== "selected" && props.token !== null && words.share.withToken}
      </p>
    </Dialog>
  );
}
