import type { HomeroomProvider, SaveStatus } from "@homeroom/client";
import { useEffect, useState } from "react";

const CALM_MS = 400;

/**
 * How safe the changes made here are. "Saving" stands for a moment before "saved" takes its place,
 * so that the word does not flicker, and nothing is rendered, with every key. Only good news is held
 * back: everything else shows at once.
 */
export function useSteadyStatus(provider: HomeroomProvider): SaveStatus {
  const [shown, setShown] = useState(provider.saveStatus);
  useEffect(() => {
    let current = provider.saveStatus;
    let timer: number | null = null;
    const show = (): void => {
      timer = null;
      current = provider.saveStatus;
      setShown(current);
    };
    const onSave = ({ state }: SaveStatus): void => {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      if (current.state !== "saving" || (state !== "saving" && state !== "saved")) show();
      else if (state === "saved") timer = window.setTimeout(show, CALM_MS);
    };
    show();
    provider.on("save", onSave);
    return () => {
      if (timer !== null) clearTimeout(timer);
      provider.off("save", onSave);
    };
  }, [provider]);
  return shown;
}
