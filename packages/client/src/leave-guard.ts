import type { SaveTracker } from "./save/save-tracker.js";

/**
 * Asks before the page is left while changes are unsaved. It listens only then, because a page
 * with a `beforeunload` listener is kept out of the browser's back/forward cache.
 * @returns what ends it
 */
export function guardLeaving(tracker: SaveTracker): () => void {
  if (typeof globalThis.addEventListener !== "function") return () => {};
  const ask = (event: Event): void => event.preventDefault();
  const update = (): void => {
    if (tracker.status.unsavedChanges > 0) globalThis.addEventListener("beforeunload", ask);
    else globalThis.removeEventListener("beforeunload", ask);
  };
  const unsubscribe = tracker.subscribe(update);
  update();
  return () => {
    unsubscribe();
    globalThis.removeEventListener("beforeunload", ask);
  };
}
