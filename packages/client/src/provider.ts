import { MessageType, parseRoomName } from "@homeroom/protocol";
import { type Decoder, readVarString, readVarUint } from "lib0/decoding";
import { createEncoder, toUint8Array, writeVarUint } from "lib0/encoding";
import { writeUpdate } from "y-protocols/sync";
import { WebsocketProvider } from "y-websocket";
import { type Doc, encodeStateVector } from "yjs";
import { type Clock, systemClock } from "./clock.js";
import { HomeroomClientError } from "./errors.js";
import { guardLeaving } from "./leave-guard.js";
import { observeSends, type SocketConstructor } from "./observed-socket.js";
import type { SaveState, SaveStatus } from "./save/save-status.js";
import { SaveTracker } from "./save/save-tracker.js";

type WebsocketProviderOptions = NonNullable<ConstructorParameters<typeof WebsocketProvider>[3]>;

export interface HomeroomProviderOptions
  extends Omit<WebsocketProviderOptions, "WebSocketPolyfill"> {
  /** The WebSocket class to use; needed where there is no global one, as in Node 20. */
  readonly WebSocketPolyfill?: SocketConstructor;
  /** Asks before the page is left while changes are unsaved. Default: false. */
  readonly warnBeforeLeaving?: boolean;
  /** How long changes may wait before `saving` turns to `unsaved`, in ms. Default: 2000. */
  readonly patienceMs?: number;
  readonly clock?: Clock;
}

type Listener<Arguments extends unknown[]> = (...args: Arguments) => void;

/** Everything that a `HomeroomProvider` emits: y-websocket's events, and `save`. */
export interface HomeroomEvents {
  save: Listener<[status: SaveStatus, provider: HomeroomProvider]>;
  sync: Listener<[synced: boolean]>;
  synced: Listener<[synced: boolean]>;
  status: Listener<[event: { status: "connected" | "disconnected" | "connecting" }]>;
  closed: Listener<[event: { code: number; reason: string }, provider: WebsocketProvider]>;
  "connection-close": Listener<[event: CloseEvent | null, provider: WebsocketProvider]>;
  "connection-error": Listener<[event: Event, provider: WebsocketProvider]>;
}

/**
 * y-websocket's provider, which also knows whether the changes made here are safe: it asks the
 * server for durable acknowledgements and counts every message that should get one.
 *
 *     const provider = new HomeroomProvider("wss://example.org", "minutes", doc);
 *     provider.on("save", ({ state }) => console.log(state)); // saving, saved, unsaved, …
 *
 * @throws HomeroomClientError `invalid-room` or `no-websocket`
 */
export class HomeroomProvider extends WebsocketProvider {
  readonly #tracker: SaveTracker;
  readonly #ends: (() => void)[];
  /** The message that is being read came from the server. */
  #fromServer = false;

  /** @param room the plain name; it is encoded for the URL here */
  constructor(serverUrl: string, room: string, doc: Doc, options: HomeroomProviderOptions = {}) {
    const { warnBeforeLeaving = false, patienceMs = 2000, clock = systemClock } = options;
    const Socket = options.WebSocketPolyfill ?? globalThis.WebSocket;
    if (parseRoomName(room) === null) throw new HomeroomClientError("invalid-room", room);
    if (Socket === undefined) throw new HomeroomClientError("no-websocket");
    const tracker = new SaveTracker(clock, patienceMs);
    // Before y-websocket's own listener, so that a change is reported before its message.
    const onUpdate = (update: Uint8Array, origin: unknown): void => this.#changed(update, origin);
    doc.on("update", onUpdate);
    super(serverUrl, room, doc, {
      ...options,
      connect: false,
      WebSocketPolyfill: observeSends(Socket, (message) =>
        tracker.report({ type: "sent", message }),
      ) as typeof WebSocket,
    });
    this.#tracker = tracker;
    this.#ends = [
      () => doc.off("update", onUpdate),
      tracker.subscribe(() => super.emit("save" as never, [tracker.status, this] as never)),
    ];
    if (warnBeforeLeaving) this.#ends.push(guardLeaving(tracker));
    if (options.awareness === undefined) this.#ends.push(() => this.awareness.destroy());
    this.#listen();
    // Whatever the document already holds may be unknown to the server.
    if (encodeStateVector(doc).length > 1) tracker.report({ type: "changed" });
    if (options.connect ?? true) this.connect();
  }

  /** How safe the changes made here are. Replaced, never changed; see the `save` event. */
  get saveStatus(): SaveStatus {
    return this.#tracker.status;
  }

  get saveState(): SaveState {
    return this.#tracker.status.state;
  }

  /** Yjs updates made here that are not known to be durable. */
  get unsavedChanges(): number {
    return this.#tracker.status.unsavedChanges;
  }

  /** How long the oldest of them has waited, in ms; 0 if there is none. */
  get unsavedForMs(): number {
    return this.#tracker.unsavedForMs;
  }

  /**
   * Resolves when every change made before the call is durable at the server.
   * @param options.signal ends the wait; `AbortSignal.timeout(ms)` makes it a deadline
   * @throws HomeroomClientError `refused` or `destroyed`; the signal's reason
   */
  whenSaved({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
    return this.#tracker.whenSaved(signal);
  }

  /** Where it connects to. Asks for acknowledgements, whatever `params` is set to later. */
  override get url(): string {
    const params = new URLSearchParams({ ...this.params, ack: "1" });
    return `${this.serverUrl}/${encodeURIComponent(this.roomname)}?${params}`;
  }

  override disconnect(): void {
    super.disconnect();
    this.#tracker.report({ type: "disconnected" });
  }

  /** Leaves the room for good. The document, and awareness passed as an option, stay usable. */
  override destroy(): void {
    super.destroy();
    for (const end of this.#ends.splice(0)) end();
    this.#tracker.destroy();
  }

  override on<N extends keyof HomeroomEvents>(
    name: N,
    listener: HomeroomEvents[N],
  ): HomeroomEvents[N] {
    return super.on(name as never, listener as never);
  }

  override once<N extends keyof HomeroomEvents>(name: N, listener: HomeroomEvents[N]): void {
    super.once(name as never, listener as never);
  }

  override off<N extends keyof HomeroomEvents>(name: N, listener: HomeroomEvents[N]): void {
    super.off(name as never, listener as never);
  }

  #listen(): void {
    const report = this.#tracker.report.bind(this.#tracker);
    this.on("status", ({ status }) => {
      if (status === "connecting") report({ type: "connecting" });
      if (status === "connected") report({ type: "opened" });
    });
    this.on("sync", (synced) => {
      if (synced) report({ type: "synced" });
    });
    this.on("connection-close", () => report({ type: "closed" }));
    this.on("closed", ({ code, reason }) => report({ type: "denied", code, reason }));
    this.#handle(MessageType.settled, (decoder) => {
      report({ type: "acknowledged", count: readVarUint(decoder) });
    });
    this.#handle(MessageType.refused, (decoder) => {
      report({ type: "refused", number: readVarUint(decoder), reason: readVarString(decoder) });
    });
    this.#watchSource();
  }

  #handle(type: number, read: (decoder: Decoder) => void): void {
    this.messageHandlers[type] = (_encoder, decoder) => read(decoder);
  }

  /** Sync messages come from the socket or, from other tabs, over BroadcastChannel. */
  #watchSource(): void {
    const original = this.messageHandlers[MessageType.sync];
    this.messageHandlers[MessageType.sync] = (encoder, decoder, provider, fromServer, type) => {
      this.#fromServer = fromServer;
      try {
        original?.(encoder, decoder, provider, fromServer, type);
      } finally {
        this.#fromServer = false;
      }
    };
  }

  #changed(update: Uint8Array, origin: unknown): void {
    if (origin === this && this.#fromServer) return;
    this.#tracker.report({ type: "changed" });
    if (origin === this) this.#forward(update);
  }

  /**
   * Sends what y-websocket keeps back because it bears the provider's own mark: above all what
   * another tab handed over. That tab may never manage to save it, and this one shows it too.
   */
  #forward(update: Uint8Array): void {
    if (!this.wsconnected || this.ws?.readyState !== 1) return;
    const encoder = createEncoder();
    writeVarUint(encoder, MessageType.sync);
    writeUpdate(encoder, update);
    this.ws.send(toUint8Array(encoder));
  }
}
