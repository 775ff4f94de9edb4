import { Check, Copy } from "lucide-react";
import { type ReactNode, useRef, useState } from "react";
import { useWords } from "../../words/words.js";

/** An address to copy, and what there is to know about it. */
export function AddressField(props: { address: string; note: string }): ReactNode {
  const words = useWords();
  const link = useRef<HTMLInputElement>(null);
  const [state, setState] = useState<"" | "copied" | "selected">("");

  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(props.address);
      setState("copied");
    } catch {
      link.current?.select();
      setState("selected");
    }
  };

  return (
    <>
      <div className="share__link">
        <input
          ref={link}
          type="text"
          readOnly
          aria-label={words.share.link}
          value={props.address}
          onFocus={(event) => event.target.select()}
        />
        <button type="button" className="button button--primary" onClick={() => void copy()}>
          {state === "copied" ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />}
          {state === "copied" ? words.share.copied : words.share.copy}
        </button>
      </div>
      <p role="status" className="muted">
        {state === "selected" ? words.share.select : props.note}
      </p>
    </>
  );
}
