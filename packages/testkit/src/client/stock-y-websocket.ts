import * as decoding from "lib0/decoding";
import { WebSocket } from "ws";
import type { Awareness } from "y-protocols/awareness";
import { WebsocketProvider } from "y-websocket";
import { WebsocketProvider as WebsocketProvider2 } from "y-websocket-2";
import * as Y from "yjs";
import type { Closed } from "./raw-client.js";

export interface StockYWebsocketOptions {
  /** The major version of y-websocket; 3 unless said otherwise. */
  readonly version?: 2 | 3;
  readonly doc?: Y.Doc;
  readonly params?: Readonly<Record<string, string>>;
  /** Longest wait between two attempts to connect, in milliseconds; 2,500 in stock clients. */
  readonly maxBackoffTime?: number;
  /** Sees each frame that is sent, just before it is. */
  readonly onSend?: (frame: Uint8Array) => void;
  /** Told on `?ack=1` connections that so many messages of this connection are durable. */
  readonly onSettled?: (count: number) => void;
  /** Told when a socket has opened, before anything is said on it. */
  readonly onOpen?: () => void;
}

/** An unmodified y-websocket provider, and what a test wants to know of it. */
export interface StockYWebsocket {
  /** Of 2.x as well, which lacks only `shouldReconnect` and the event `closed`. */
  readonly provider: WebsocketProvider;
  readonly doc: Y.Doc;
  readonly awareness: Awareness;
  /** How each socket ended, oldest first. */
  readonly closes: readonly Closed[];
  /** Sockets opened or attempted. */
  readonly attempts: number;
  /** Sockets that opened. */
  readonly opened: number;
  readonly synced: boolean;
  close(): void;
}

/** Joins a room with a stock y-websocket provider over ws, without BroadcastChannel. */
export function stockYWebsocket(
  wsUrl: string,
  room: string,
  options: StockYWebsocketOptions = {},
): StockYWebsocket {
  const doc = options.doc ?? new Y.Doc();
  const closes: Closed[] = [];
  let attempts = 0;
  let opened = 0;

  class ObservedSocket extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols, { perMessageDeflate: false, handshakeTimeout: 10_000 });
      attempts += 1;
      this.on("close", (code, reason) => closes.push({ code, reason: reason.toString() }));
      this.prependOnceListener("open", () => {
        opened += 1;
        options.onOpen?.();
      });
    }

    override send(data: Uint8Array): void {
      options.onSend?.(data);
      super.send(data);
    }
  }

  const Provider = options.version === 2 ? WebsocketProvider2 : WebsocketProvider;
  const provider = new Provider(wsUrl, room, doc, {
    WebSocketPolyfill: ObservedSocket as unknown as typeof globalThis.WebSocket,
    disableBc: true,
    params: { ...options.params },
    maxBackoffTime: options.maxBackoffTime ?? 2_500,
  });
  // Extra handlers are how y-websocket is meant to be extended; without them it only logs.
  Object.assign(provider.messageHandlers, {
    80: (_encoder: unknown, decoder: decoding.Decoder) =>
      options.onSettled?.(decoding.readVarUint(decoder)),
    81: () => undefined,
  });

  return {
    provider: provider as WebsocketProvider,
    doc,
    awareness: provider.awareness,
    closes,
    get attempts() {
      return attempts;
    },
    get opened() {
      return opened;
    },
    get synced() {
      return provider.synced;
    },
    close() {
      provider.destroy();
      provider.awareness.destroy();
      doc.destroy();
    },
  };
}
