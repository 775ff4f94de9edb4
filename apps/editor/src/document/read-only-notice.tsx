import { Eye } from "lucide-react";
import type { ReactNode } from "react";
import { useWords } from "../words/words.js";

/** Says that this link is for readers, and how to get another. */
export function ReadOnlyNotice(): ReactNode {
  const words = useWords();
  return (
    <section className="strip" aria-label={words.readOnly.badge}>
      <Eye aria-hidden="true" />
      <p>
        <strong>{words.readOnly.title}.</strong> {words.readOnly.hint}
      </p>
    </section>
  );
}
