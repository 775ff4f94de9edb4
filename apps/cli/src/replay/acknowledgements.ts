/** Message types 80 and 81 of a connection opened with `?ack=1`. */
export const ACKNOWLEDGED = 80;
export const REFUSED = 81;

interface Typed {
  /** Milliseconds on a monotonic clock. */
  readonly at: number;
  /** Of the message that carried the edit, counted on this connection; null before it is sent. */
  message: number | null;
}

/** Knows which edits of one client are durable, over any number of connections. */
export class Acknowledgements {
  readonly #outstanding: Typed[] = [];
  readonly #durable: (latencyMs: number) => void;
  #sent = 0;

  /** @param durable Told for each edit, in the order in which they were typed. */
  constructor(durable: (latencyMs: number) => void) {
    this.#durable = durable;
  }

  get outstanding(): number {
    return this.#outstanding.length;
  }

  /** An edit is about to be made. If the client is connected, its update is the next to be sent. */
  typed(at: number): void {
    this.#outstanding.push({ at, message: null });
  }

  /** A new connection counts from the start and knows nothing of the old one's messages. */
  connected(): void {
    this.#sent = 0;
    for (const edit of this.#outstanding) edit.message = null;
  }

  /** An update carries the edit just typed; a SyncStep2 carries all that the server may lack. */
  sent(kind: "update" | "step2"): void {
    this.#sent += 1;
    const carried = kind === "update" ? this.#outstanding.slice(-1) : this.#outstanding;
    for (const edit of carried) edit.message ??= this.#sent;
  }

  /** The server says that the first `count` messages of this connection are durable. */
  settled(count: number, now: number): void {
    let settled = 0;
    for (const { message } of this.#outstanding) {
      if (message === null || message > count) break;
      settled += 1;
    }
    for (const { at } of this.#outstanding.splice(0, settled)) this.#durable(now - at);
  }
}
