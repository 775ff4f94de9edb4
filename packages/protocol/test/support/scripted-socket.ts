type Listener = (event: unknown) => void;

/** A browser's WebSocket that is connected to nothing: the test speaks for the server. */
export class ScriptedSocket {
  readonly OPEN = 1;
  readyState = 0;
  binaryType = "";
  readonly sent: Uint8Array[] = [];
  onopen: Listener | null = null;
  onmessage: Listener | null = null;
  onclose: Listener | null = null;
  onerror: Listener | null = null;
  readonly #listeners = new Map<string, Set<Listener>>();

  addEventListener(name: string, listener: Listener): void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
  }

  removeEventListener(name: string, listener: Listener): void {
    this.#listeners.get(name)?.delete(listener);
  }

  send(data: Uint8Array): void {
    this.sent.push(Uint8Array.from(data));
  }

  close(): void {
    this.readyState = 3;
  }

  open(): void {
    this.readyState = this.OPEN;
    this.onopen?.({});
    this.#emit("open", {});
  }

  /** A message from the server. */
  say(message: Uint8Array): void {
    const event = { data: Uint8Array.from(message).buffer };
    this.onmessage?.(event);
    this.#emit("message", event);
  }

  hangUp(code: number, reason: string): void {
    this.readyState = 3;
    this.onclose?.({ code, reason });
    this.#emit("close", { code, reason });
  }

  #emit(name: string, event: unknown): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) listener(event);
  }
}

/** A class of such sockets, for a provider that makes its own, and those that it made. */
export function scriptedSockets(): { made: ScriptedSocket[]; Socket: typeof ScriptedSocket } {
  const made: ScriptedSocket[] = [];
  class Socket extends ScriptedSocket {
    constructor() {
      super();
      made.push(this);
    }
  }
  return { made, Socket };
}
