import type { WebsocketProvider } from "y-websocket";
import type { Clock } from "./clock.js";
import type { SocketConstructor } from "./observed-socket.js";
import type { Token } from "./token/token-source.js";

type WebsocketProviderOptions = NonNullable<ConstructorParameters<typeof WebsocketProvider>[3]>;

export interface HomeroomProviderOptions
  extends Omit<WebsocketProviderOptions, "WebSocketPolyfill"> {
  /** The WebSocket class to use; needed where there is no global one, as in Node 20. */
  readonly WebSocketPolyfill?: SocketConstructor;
  /**
   * What the server lets this client in for; sent as the parameter `token`. A function is asked
   * before the first connection, before its token runs out, and once more after a refusal (4401).
   */
  readonly token?: Token;
  /**
   * Settles when a local store, such as y-indexeddb, has filled the document. The first connection
   * waits for it, for 5 s at the most, so that `saved` cannot be said of less than all.
   */
  readonly loaded?: Promise<unknown>;
  /**
   * `encodeSnapshot(snapshot(doc))` of a moment at which everything was `saved`, kept beside a local
   * copy. A document that holds exactly that when the provider is made has nothing unsaved.
   */
  readonly savedSnapshot?: Uint8Array;
  /** Asks before the page is left while changes are unsaved. Default: false. */
  readonly warnBeforeLeaving?: boolean;
  /** How long changes may wait before `saving` turns to `unsaved`, in ms. Default: 2000. */
  readonly patienceMs?: number;
  readonly clock?: Clock;
}
