import { X } from "lucide-react";
import type { ReactNode } from "react";
import { byteText } from "../../../shared/byte-text.js";
import { useStored } from "../../../shared/use-stored.js";
import { useWords } from "../../../words/words.js";
import { imageProblemStore } from "./image-problem.js";
import { MAX_IMAGE_BYTES } from "./read-image.js";

/** Says why an image is not in the document. */
export function ImageNotice(): ReactNode {
  const words = useWords();
  const problem = useStored(imageProblemStore);
  if (problem === null) return null;
  return (
    <div className="strip strip--bad" role="alert">
      <p>
        {problem === "tooLarge"
          ? words.image.tooLarge(byteText(MAX_IMAGE_BYTES))
          : words.image.unreadable}
      </p>
      <button
        type="button"
        className="icon-button"
        aria-label={words.image.dismiss}
        onClick={() => imageProblemStore.set(null)}
      >
        <X aria-hidden="true" />
      </button>
    </div>
  );
}
