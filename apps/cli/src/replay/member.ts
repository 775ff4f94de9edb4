import * as decoding from "lib0/decoding";
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";
import { ACKNOWLEDGED, Acknowledgements, REFUSED } from "./acknowledgements.js";
import { observedSocket } from "./observed-socket.js";

export interface MemberOptions {
  /** Begins with `ws:` or `wss:`. */
  readonly url: string;
  readonly room: string;
  readonly token: string | null;
  /** Shown to others in the room. */
  readonly name: string;
  /** Told of each edit that became durable, with the milliseconds that it took. */
  readonly durable: (latencyMs: number) => void;
}

/** One stock y-websocket client in the room. */
export class Member {
  readonly doc: Y.Doc = new Y.Doc();
  readonly #provider: WebsocketProvider;
  readonly #acknowledgements: Acknowledgements;
  /** Whoever waits for something to change. */
  #waiting: (() => void)[] = [];
  #failure: string | null = null;
  #lastConnectionError: string | null = null;

  constructor({ url, room, token, name, durable }: MemberOptions) {
    this.#acknowledgements = new Acknowledgements(durable);
    this.#provider = new WebsocketProvider(url, pathOf(room), this.doc, {
      params: { ack: "1", ...(token === null ? {} : { token }) },
      WebSocketPolyfill: observedSocket(this.#acknowledgements),
      disableBc: true,
    });
    this.#provider.awareness.setLocalStateField("user", { name });
    this.#provider.messageHandlers[ACKNOWLEDGED] = (_, decoder) => {
      this.#acknowledgements.settled(decoding.readVarUint(decoder), performance.now());
      this.#changed();
    };
    this.#provider.messageHandlers[REFUSED] = (_, decoder) => {
      decoding.readVarUint(decoder);
      this.#failure = `an edit was refused: ${decoding.readVarString(decoder)}`;
      this.#changed();
    };
    this.#provider.on("closed", ({ code, reason }) => {
      this.#failure = `the server closed the connection with ${code}: ${reason}`;
      this.#changed();
    });
    this.#provider.on("connection-error", (event) => {
      this.#lastConnectionError = "message" in event ? String(event.message) : "no answer";
    });
    this.#provider.on("sync", () => this.#changed());
    this.doc.on("update", () => this.#changed());
  }

  get synced(): boolean {
    return this.#provider.synced;
  }

  /** Edits that were typed and are not known to be durable. */
  get outstanding(): number {
    return this.#acknowledgements.outstanding;
  }

  /** Why this client cannot go on, in words; null while it can. */
  get failure(): string | null {
    return this.#failure;
  }

  /** Why it is not connected, as far as is known. */
  get trouble(): string | null {
    return this.synced ? null : this.#lastConnectionError;
  }

  /** Makes an edit, as if it had been typed here. */
  type(update: Uint8Array): void {
    this.#acknowledgements.typed(performance.now());
    // Inside of a local transaction, so that the provider sends what was typed.
    this.doc.transact(() => Y.applyUpdate(this.doc, update));
  }

  /** Resolves when something about this client has changed, or after `ms`. */
  change(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  close(): void {
    this.#provider.destroy();
    this.doc.destroy();
    this.#changed();
  }

  #changed(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

/** The provider puts the room into its URL as it is. */
function pathOf(room: string): string {
  return room.split("/").map(encodeURIComponent).join("/");
}
