import { CloseCode, MessageType, parseRoomName } from "@homeroom/protocol";
import { type Decoder, readVarString, readVarUint } from "lib0/decoding";
import { createEncoder, toUint8Array, writeVarUint } from "lib0/encoding";
import { writeUpdate } from "y-protocols/sync";
import { WebsocketProvider } from "y-websocket";
import {
  type Doc,
  decodeSnapshot,
  encodeStateAsUpdate,
  encodeStateVector,
  equalSnapshots,
  snapshot,
} from "yjs";
import { type Clock, systemClock } from "./clock.js";
import { HomeroomClientError } from "./errors.js";
import type { HomeroomEvents } from "./events.js";
import { forgetWhoLeft } from "./forget-who-left.js";
import { guardLeaving } from "./leave-guard.js";
import { observeSends } from "./observed-socket.js";
import type { HomeroomProviderOptions } from "./options.js";
import type { SaveState, SaveStatus } from "./save/save-status.js";
import { SaveTracker } from "./save/save-tracker.js";
import { UnsavedLog } from "./save/unsaved-log.js";
import { type Token, TokenSource } from "./token/token-source.js";

/** A local store that hangs must not keep anybody from the server. */
const LOADED_WITHIN_MS = 5_000;

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
  readonly #log = new UnsavedLog();
  readonly #tokens: TokenSource | null;
  readonly #ends: (() => void)[];
  /** The message that is being read came from the server. */
  #fromServer = false;
  /** What the document held when the provider was made is not known to be durable. */
  #heldBefore: boolean;
  /** A local store fills the document. */
  #loading: boolean;
  /** Somebody asked for a connection, and nobody for its end. */
  #wanted = false;
  /** A new token waits for a new connection, until no change is on its way. */
  #rejoining: "no" | "waiting" | "now" = "no";

  /** @param room the plain name; it is encoded for the URL here */
  constructor(serverUrl: string, room: string, doc: Doc, options: HomeroomProviderOptions = {}) {
    const { warnBeforeLeaving = false, patienceMs = 2000, clock = systemClock } = options;
    const { token, loaded, connect = true } = options;
    const Socket = options.WebSocketPolyfill ?? globalThis.WebSocket;
    if (parseRoomName(room) === null) throw new HomeroomClientError("invalid-room", room);
    if (Socket === undefined) throw new HomeroomClientError("no-websocket");
    const tracker = new SaveTracker(clock, patienceMs);
    // Before y-websocket's own listener, so that a change is reported before its message.
    const onUpdate = (update: Uint8Array, origin: unknown): void => this.#changed(update, origin);
    doc.on("update", onUpdate);
    super(serverUrl, room, doc, {
      ...options,
      ...(typeof token === "string" && { params: { ...options.params, token } }),
      connect: false,
      WebSocketPolyfill: observeSends(Socket, (message) =>
        tracker.report({ type: "sent", message }),
      ) as typeof WebSocket,
    });
    this.#tracker = tracker;
    this.#ends = [
      () => doc.off("update", onUpdate),
      tracker.subscribe(() => this.#statusChanged()),
      () => tracker.destroy(),
    ];
    this.#tokens = typeof token === "function" ? this.#askFor(token, clock) : null;
    if (warnBeforeLeaving) this.#ends.push(guardLeaving(tracker));
    if (options.awareness === undefined) this.#ends.push(() => this.awareness.destroy());
    this.#listen();
    // A first state has the clock 0, which others take for nothing new.
    this.awareness.setLocalState(this.awareness.getLocalState());
    // Whatever the document already holds may be unknown to the server.
    this.#heldBefore = encodeStateVector(doc).length > 1 && !isSaved(doc, options.savedSnapshot);
    if (this.#heldBefore) tracker.report({ type: "changed" });
    this.#loading = loaded !== undefined;
    if (loaded !== undefined) this.#await(loaded, clock);
    if (connect) this.connect();
  }

  /** How safe the changes made here are. Replaced, never changed; see the `save` event. */
  get saveStatus(): SaveStatus {
    return this.#tracker.status;
  }

  get saveState(): SaveState {
    return this.#tracker.status.state;
  }

  /** `connecting` for as long as it is tried, which includes waiting for a token or a local store. */
  get connection(): "connecting" | "connected" | "disconnected" {
    if (this.wsconnected) return "connected";
    return this.#wanted ? "connecting" : "disconnected";
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
   * The changes made here that are not known to be durable, as one Yjs update (V1); null if there
   * are none. This is how a refused change is read out: see `insertedText`. It may also hold
   * changes that were acknowledged since everything was last saved.
   */
  get unsavedUpdate(): Uint8Array | null {
    return this.#heldBefore ? encodeStateAsUpdate(this.doc) : this.#log.read();
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
    const token = this.#tokens && { token: this.#tokens.current };
    const params = new URLSearchParams({ ...this.params, ...token, ack: "1" });
    return `${this.serverUrl}/${encodeURIComponent(this.roomname)}?${params}`;
  }

  /** Connects as soon as the local store is loaded and a token is there. */
  override connect(): void {
    this.#wanted = true;
    const hasToken = this.#tokens === null || this.#tokens.start();
    if (hasToken && !this.#loading) {
      super.connect();
      return;
    }
    this.#tracker.report({ type: "connecting" });
    if (!hasToken) this.#tokens?.renew();
  }

  override disconnect(): void {
    this.#wanted = false;
    this.#rejoining = "no";
    this.#tokens?.stop();
    super.disconnect();
    this.#tracker.report({ type: "disconnected" });
  }

  /** Leaves the room for good. The document, and awareness passed as an option, stay usable. */
  override destroy(): void {
    super.destroy();
    for (const end of this.#ends.splice(0)) end();
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

  /** y-websocket says that a close is for good; one that a new token may mend is not. */
  override emit<N extends keyof HomeroomEvents>(
    name: N,
    args: Parameters<HomeroomEvents[N]>,
  ): void {
    if (name === "closed" && this.#mends(args as Parameters<HomeroomEvents["closed"]>)) {
      this.connect();
    } else super.emit(name as never, args as never);
  }

  #mends([{ code }]: Parameters<HomeroomEvents["closed"]>): boolean {
    return code === CloseCode.unauthenticated && this.#tokens?.refuse() === true;
  }

  #listen(): void {
    const report = this.#tracker.report.bind(this.#tracker);
    this.on("status", ({ status }) => {
      if (status === "connecting") {
        this.#rejoining = "no";
        report({ type: "connecting" });
      }
      if (status === "connected") {
        forgetWhoLeft(this.awareness);
        report({ type: "opened" });
      }
    });
    this.on("sync", (synced) => {
      if (!synced) return;
      this.#tokens?.accept();
      report({ type: "synced" });
    });
    this.on("connection-close", () => {
      if (this.#rejoining === "now") return;
      // The next connection shows the new token anyway.
      this.#rejoining = "no";
      report({ type: "closed" });
      // y-websocket would come back with a token that has run out meanwhile.
      if (this.#wanted && this.#tokens?.start() === false) {
        this.shouldConnect = false;
        this.#tokens.renew();
      }
    });
    this.on("closed", ({ code, reason }) => {
      this.#wanted = false;
      report({ type: "denied", code, reason });
    });
    this.#handle(MessageType.settled, (decoder) => {
      report({ type: "acknowledged", count: readVarUint(decoder) });
    });
    this.#handle(MessageType.refused, (decoder) => {
      report({ type: "refused", number: readVarUint(decoder), reason: readVarString(decoder) });
    });
    this.#watchSource();
  }

  #await(loaded: Promise<unknown>, clock: Clock): void {
    const go = (): void => {
      if (!this.#loading) return;
      this.#loading = false;
      timer.cancel();
      if (this.#wanted) this.connect();
    };
    const timer = clock.after(LOADED_WITHIN_MS, go);
    this.#ends.push(() => timer.cancel());
    loaded.then(go, go);
  }

  #askFor(token: Exclude<Token, string>, clock: Clock): TokenSource {
    return new TokenSource(token, clock, {
      renewed: () => {
        if (this.ws === null) this.connect();
        else this.#rejoin();
      },
      failed: (error) => this.emit("token-error", [error, this]),
    });
  }

  /**
   * Shows the server a new token, for which y-websocket's protocol needs a new connection. It waits
   * until no change is on its way, or the server ends the old one.
   */
  #rejoin(): void {
    this.#rejoining = "waiting";
    if (this.#tracker.status.state === "saving") return;
    this.#rejoining = "now";
    super.disconnect();
    super.connect();
  }

  #statusChanged(): void {
    const { status } = this.#tracker;
    if (status.unsavedChanges === 0) {
      this.#heldBefore = false;
      this.#log.clear();
    }
    this.emit("save", [status, this]);
    if (this.#rejoining === "waiting") this.#rejoin();
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
    this.#log.push(update);
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

/** PR13: a snapshot holds deletions too, which a state vector does not. */
function isSaved(doc: Doc, saved: Uint8Array | undefined): boolean {
  return saved !== undefined && equalSnapshots(decodeSnapshot(saved), snapshot(doc));
}
