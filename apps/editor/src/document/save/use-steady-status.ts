import type { SaveStatus } from "@homeroom/client";
import { useEffect, useState } from "react";

const CALM_MS = 400;

/**
 * Lets "saving" stand for a moment before "saved" takes its place, so that the word does not
 * flicker with every key. Only good news is held back: everything else shows at once.
 */
export function useSteadyStatus(status: SaveStatus): SaveStatus {
  const [shown, setShown] = useState(status);
  useEffect(() => {
    const calm = status.state === "saved" && shown.state === "saving" ? CALM_MS : 0;
    const timer = setTimeout(() => setShown(status), calm);
    return () => clearTimeout(timer);
  }, [status, shown]);
  return status.state === "saved" && shown.state === "saving" ? shown : status;
}
