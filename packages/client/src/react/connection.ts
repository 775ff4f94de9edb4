import { useCallback, useSyncExternalStore } from "react";
import type { HomeroomProvider } from "../provider.js";
import { useProvider } from "./room.js";

export interface Connection {
  /** `connecting` for as long as it is tried; `disconnected` once nobody tries any more. */
  readonly status: "connecting" | "connected" | "disconnected";
  /** The document here has all that the server had. */
  readonly synced: boolean;
}

/** One object for each answer, because a store must give the same value until it changes. */
const CONNECTIONS = {
  disconnected: { status: "disconnected", synced: false },
  connecting: { status: "connecting", synced: false },
  connected: { status: "connected", synced: false },
  synced: { status: "connected", synced: true },
} as const satisfies Record<string, Connection>;

const EVENTS = ["status", "sync", "closed", "save"] as const;

/**
 * The connection to the server; renders again when it changes.
 * @param given a provider; that of the `HomeroomRoom` around unless given
 */
export function useConnection(given?: HomeroomProvider): Connection {
  const provider = useProvider(given);
  const subscribe = useCallback(
    (listener: () => void) => {
      for (const event of EVENTS) provider.on(event, listener);
      return () => {
        for (const event of EVENTS) provider.off(event, listener);
      };
    },
    [provider],
  );
  const read = useCallback(
    () => CONNECTIONS[provider.synced ? "synced" : provider.connection],
    [provider],
  );
  return useSyncExternalStore(subscribe, read, read);
}
