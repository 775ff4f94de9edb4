import type { HomeroomProvider, SaveStatus } from "@homeroom/client";
import { CloseCode } from "@homeroom/protocol";
import { type ReactNode, useState } from "react";
import { useWords } from "../../words/words.js";
import type { LocalCopy } from "../local-copy.js";
import { refusalWords } from "./refusal-words.js";

/** What a person can take away from a document. */
export interface TextCopy {
  readonly isEmpty: boolean;
  /** @returns whether it is on the clipboard */
  readonly copy: () => Promise<boolean>;
}

interface Props {
  readonly status: Extract<SaveStatus, { state: "refused" }>;
  readonly textCopy: TextCopy;
  readonly provider: HomeroomProvider;
  readonly localCopy: LocalCopy;
}

/** Says that the server refused, why, and what can be done; the text stays below, to be copied. */
export function RefusalNotice({ status, textCopy, provider, localCopy }: Props): ReactNode {
  const words = useWords();
  const [copied, setCopied] = useState(false);
  const { title, hint } = refusalWords(words, status.code);
  const copy = async (): Promise<void> => setCopied(await textCopy.copy());
  const discard = async (): Promise<void> => {
    await localCopy.forget();
    // The person has just said that these changes may go.
    provider.destroy();
    location.reload();
  };
  return (
    <section className="notice" role="alert">
      <h2>{title}</h2>
      <p>{hint}</p>
      {status.reason !== "" && (
        <p className="notice__reason">{words.refusal.server(status.reason)}</p>
      )}
      <div className="notice__actions">
        {!textCopy.isEmpty && (
          <button type="button" className="button button--primary" onClick={() => void copy()}>
            {copied ? words.refusal.copied : words.refusal.copy}
          </button>
        )}
        <WayOut
          code={status.code}
          onDiscard={() => void discard()}
          onRetry={() => provider.connect()}
        />
      </div>
    </section>
  );
}

/** What would be refused again is not offered again. */
function WayOut(props: {
  code: number | null;
  onDiscard: () => void;
  onRetry: () => void;
}): ReactNode {
  const words = useWords();
  switch (props.code) {
    case null:
    case CloseCode.tooLarge:
      return (
        <button type="button" className="button" onClick={props.onDiscard}>
          {words.refusal.discard}
        </button>
      );
    case CloseCode.deleted:
      return (
        <a className="button" href="/">
          {words.invalid.toHome}
        </a>
      );
    default:
      return (
        <button type="button" className="button" onClick={props.onRetry}>
          {words.refusal.retry}
        </button>
      );
  }
}
