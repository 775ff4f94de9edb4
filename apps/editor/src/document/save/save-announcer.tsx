import type { SaveState, SaveStatus } from "@homeroom/client";
import { type ReactNode, useEffect, useState } from "react";
import { useWords } from "../../words/words.js";

const TROUBLE: ReadonlySet<SaveState> = new Set(["unsaved", "offline"]);

/**
 * Tells screen readers of trouble, and when it is over, but not of every key that was saved. A
 * refusal has its own notice.
 */
export function SaveAnnouncer({ status }: { status: SaveStatus }): ReactNode {
  const words = useWords();
  const { state } = status;
  const [hadTrouble, setHadTrouble] = useState(false);
  useEffect(() => {
    if (TROUBLE.has(state)) setHadTrouble(true);
  }, [state]);
  return (
    <p role="status" className="visually-hidden">
      {TROUBLE.has(state) && `${words.save[state]}. ${words.saveHint[state]}`}
      {state === "saved" && hadTrouble && words.save.saved}
    </p>
  );
}
