import { useCallback, useMemo, useSyncExternalStore } from "react";
import type { Awareness } from "y-protocols/awareness";
import { type Person, peopleIn } from "./people.js";
import type { HomeroomProvider } from "./provider.js";
import type { SaveStatus } from "./save/save-status.js";

/** How safe the changes made here are; renders again when it changes. */
export function useSaveState(provider: HomeroomProvider): SaveStatus {
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

/** Everybody in the room: oneself first, the others by name. */
export function usePeople(awareness: Awareness): readonly Person[] {
  const { subscribe, read } = useMemo(() => peopleStore(awareness), [awareness]);
  return useSyncExternalStore(subscribe, read, read);
}

/** Builds the list once for each change, because a store must give the same value until then. */
function peopleStore(awareness: Awareness): {
  subscribe: (listener: () => void) => () => void;
  read: () => readonly Person[];
} {
  let people = peopleIn(awareness);
  return {
    subscribe: (listener) => {
      const update = (): void => {
        people = peopleIn(awareness);
        listener();
      };
      // It may have changed between the first render and this.
      update();
      awareness.on("change", update);
      return () => awareness.off("change", update);
    },
    read: () => people,
  };
}
