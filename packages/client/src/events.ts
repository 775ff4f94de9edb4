import type { WebsocketProvider } from "y-websocket";
import type { HomeroomProvider } from "./provider.js";
import type { SaveStatus } from "./save/save-status.js";

type Listener<Arguments extends unknown[]> = (...args: Arguments) => void;

/** Everything that a `HomeroomProvider` emits: y-websocket's events, and two more. */
export interface HomeroomEvents {
  save: Listener<[status: SaveStatus, provider: HomeroomProvider]>;
  /** The function given as `token` failed; it will be asked again. */
  "token-error": Listener<[error: unknown, provider: HomeroomProvider]>;
  sync: Listener<[synced: boolean]>;
  synced: Listener<[synced: boolean]>;
  status: Listener<[event: { status: "connected" | "disconnected" | "connecting" }]>;
  closed: Listener<[event: { code: number; reason: string }, provider: WebsocketProvider]>;
  "connection-close": Listener<[event: CloseEvent | null, provider: WebsocketProvider]>;
  "connection-error": Listener<[event: Event, provider: WebsocketProvider]>;
}
