import { useSyncExternalStore } from "react";

/** Rich text, or the plain text `code` of the same room. */
export type Mode = "text" | "code";

const CODE = "#code";

/** What the address asks for; a link to code mode ends in `#code`. */
export function useMode(): Mode {
  return useSyncExternalStore(
    (listener) => {
      window.addEventListener("hashchange", listener);
      return () => window.removeEventListener("hashchange", listener);
    },
    () => (location.hash === CODE ? "code" : "text"),
  );
}

export function setMode(mode: Mode): void {
  location.hash = mode === "code" ? CODE : "";
}
