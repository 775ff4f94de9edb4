import { HocuspocusProvider, HocuspocusProviderWebsocket } from "@hocuspocus/provider";
import { WebSocket } from "ws";
import type { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";
import type { Closed } from "./raw-client.js";

export interface StockHocuspocusOptions {
  /** Shortest wait before another attempt to connect, in milliseconds; 1,000 in stock clients. */
  readonly delay?: number;
  /** Longest wait, to which it grows; 30,000 in stock clients. */
  readonly maxDelay?: number;
}

export interface HocuspocusRoomOptions {
  readonly doc?: Y.Doc;
  readonly token?: string;
  /** Lets several providers of one room share the socket. */
  readonly sessionAwareness?: boolean;
  /** Told on each change of the number of changes that are not known to be durable. */
  readonly onUnsynced?: (count: number) => void;
}

export interface HocuspocusRoom {
  readonly provider: HocuspocusProvider;
  readonly doc: Y.Doc;
  readonly awareness: Awareness;
  /** Reasons with which the server denied the token. */
  readonly denials: readonly string[];
  /** Reasons with which the server closed this room, its socket left open. */
  readonly closes: readonly string[];
  readonly synced: boolean;
  readonly authorized: string | undefined;
  close(): void;
}

/** One socket of an unmodified Hocuspocus client, for any number of rooms. */
export class StockHocuspocus {
  readonly socket: HocuspocusProviderWebsocket;
  /** How each WebSocket ended, oldest first. */
  readonly closes: Closed[] = [];
  /** WebSockets opened or attempted. */
  attempts = 0;
  /** WebSockets that opened. */
  opened = 0;
  readonly rooms: HocuspocusRoom[] = [];

  constructor(wsUrl: string, { delay = 1_000, maxDelay = 30_000 }: StockHocuspocusOptions = {}) {
    const client = this;
    class ObservedSocket extends WebSocket {
      constructor(url: string | URL) {
        super(url, { perMessageDeflate: false, handshakeTimeout: 10_000 });
        client.attempts += 1;
        this.prependOnceListener("open", () => {
          client.opened += 1;
        });
        this.on("close", (code, reason) => client.closes.push({ code, reason: reason.toString() }));
        // Destroying the client while it connects is no error of the test.
        this.on("error", () => undefined);
      }
    }
    this.socket = new HocuspocusProviderWebsocket({
      url: wsUrl,
      WebSocketPolyfill: ObservedSocket,
      delay,
      minDelay: delay,
      maxDelay,
    });
  }

  room(name: string, options: HocuspocusRoomOptions = {}): HocuspocusRoom {
    const doc = options.doc ?? new Y.Doc();
    const denials: string[] = [];
    const closes: string[] = [];
    const provider = new HocuspocusProvider({
      websocketProvider: this.socket,
      name,
      document: doc,
      token: options.token ?? "",
      sessionAwareness: options.sessionAwareness ?? false,
      onAuthenticationFailed: ({ reason }) => denials.push(reason),
      onClose: ({ event }) => closes.push(event.reason),
      onUnsyncedChanges: ({ number }) => options.onUnsynced?.(number),
    });
    provider.attach();
    const room: HocuspocusRoom = {
      provider,
      doc,
      awareness: provider.awareness as Awareness,
      denials,
      closes,
      get synced() {
        return provider.synced;
      },
      get authorized() {
        return provider.authorizedScope;
      },
      close: () => {
        provider.destroy();
        doc.destroy();
      },
    };
    this.rooms.push(room);
    return room;
  }

  close(): void {
    for (const room of this.rooms) room.close();
    this.socket.destroy();
  }
}
