import type { HomeroomProvider, SaveStatus } from "@homeroom/client";
import type { Editor } from "@tiptap/react";
import { type ReactNode, useState } from "react";
import { words } from "../../words.js";
import { copyText } from "./copy-text.js";
import { refusalWords } from "./refusal-words.js";

interface Props {
  readonly status: Extract<SaveStatus, { state: "refused" }>;
  readonly editor: Editor;
  readonly provider: HomeroomProvider;
}

/** Says that the server refused, why, and what can be done; the text stays below, to be copied. */
export function RefusalNotice({ status, editor, provider }: Props): ReactNode {
  const [copied, setCopied] = useState(false);
  const { title, hint } = refusalWords(status.code);
  const copy = async (): Promise<void> => setCopied(await copyText(editor));
  return (
    <section className="notice" role="alert">
      <h2>{title}</h2>
      <p>{hint}</p>
      {status.reason !== "" && (
        <p className="notice__reason">{words.refusal.server(status.reason)}</p>
      )}
      <div className="notice__actions">
        {!editor.isEmpty && (
          <button type="button" className="button button--primary" onClick={() => void copy()}>
            {copied ? words.refusal.copied : words.refusal.copy}
          </button>
        )}
        {status.code === null ? (
          <button type="button" className="button" onClick={() => location.reload()}>
            {words.refusal.reload}
          </button>
        ) : (
          <button type="button" className="button" onClick={() => provider.connect()}>
            {words.refusal.retry}
          </button>
        )}
      </div>
    </section>
  );
}
