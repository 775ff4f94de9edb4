import { X } from "lucide-react";
import type { ReactNode } from "react";
import { byteText } from "../../shared/byte-text.js";
import { useStored } from "../../shared/use-stored.js";
import { Value } from "../../shared/value.js";
import { useWords } from "../../words/words.js";
import { type ImportProblem, MAX_IMPORT_BYTES } from "../files/import-markdown.js";

/** Why the last file was not imported; null while there is nothing to say. */
export const importProblemStore: Value<ImportProblem | null> = new Value<ImportProblem | null>(
  null,
);

/** Says why a file was not imported. */
export function ImportNotice(): ReactNode {
  const words = useWords();
  const problem = useStored(importProblemStore);
  if (problem === null) return null;
  return (
    <div className="strip strip--bad" role="alert">
      <p>
        {problem === "tooLarge"
          ? words.file.tooLarge(byteText(MAX_IMPORT_BYTES))
          : words.file.failed}
      </p>
      <button
        type="button"
        className="icon-button"
        aria-label={words.image.dismiss}
        onClick={() => importProblemStore.set(null)}
      >
        <X aria-hidden="true" />
      </button>
    </div>
  );
}
