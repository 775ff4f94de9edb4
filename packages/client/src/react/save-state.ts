import { useCallback, useSyncExternalStore } from "react";
import type { HomeroomProvider } from "../provider.js";
import type { SaveStatus } from "../save/save-status.js";
import { useProvider } from "./room.js";

/**
 * How safe the changes made here are; renders again when it changes.
 * @param given a provider; that of the `HomeroomRoom` around unless given
 */
export function useSaveState(given?: HomeroomProvider): SaveStatus {
  const provider = useProvider(given);
  const subscribe = useCallback(
    (listener: () => void) => {
      provider.on("save", listener);
      return () => provider.off("save", listener);
    },
    [provider],
  );
  const read = useCallback(() => provider.saveStatus, [provider]);
  return useSyncExternalStore(subscribe, read, read);
}
