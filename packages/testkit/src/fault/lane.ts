import type { Socket } from "node:net";

/** What happens to the bytes that travel one way. */
export type LaneFault =
  | { readonly kind: "none" }
  /** Each chunk arrives so much later. */
  | { readonly kind: "delay"; readonly ms: number }
  /** Bytes wait, as when packets are lost and sent again until the way is open. */
  | { readonly kind: "hold" }
  /** Bytes are gone; a connection that lost some is reset when the fault ends. */
  | { readonly kind: "swallow" };

/** What travels: bytes, the end of the stream, or the news that the sender is gone. */
type Parcel = Buffer | "end" | "reset";

/** Bytes on their way before the sender is asked to wait. */
const highWater = 1024 * 1024;

/** One direction of one proxied connection: what `from` sends reaches `to`, in order. */
export class Lane {
  readonly #from: Socket;
  readonly #to: Socket;
  #fault: LaneFault;
  #queue: { readonly parcel: Parcel; due: number }[] = [];
  #queued = 0;
  #timer: NodeJS.Timeout | null = null;
  /** Parcels that were swallowed: the stream cannot go on without them. */
  #lost = 0;

  constructor(from: Socket, to: Socket, fault: LaneFault) {
    this.#from = from;
    this.#to = to;
    this.#fault = fault;
    from.on("data", (chunk: Buffer) => this.#take(chunk));
    from.on("end", () => this.#take("end"));
    from.on("error", () => this.#take("reset"));
    to.on("drain", () => this.#flush());
    to.on("close", () => this.#stop());
  }

  get lost(): number {
    return this.#lost;
  }

  /** True where the connection cannot go on under the new fault and has to be reset. */
  set(fault: LaneFault): boolean {
    this.#fault = fault;
    if (fault.kind === "none") for (const entry of this.#queue) entry.due = 0;
    this.#flush();
    return this.#lost > 0 && fault.kind !== "swallow";
  }

  #take(parcel: Parcel): void {
    if (this.#fault.kind === "swallow") {
      this.#lost += 1;
      return;
    }
    const delay = this.#fault.kind === "delay" ? this.#fault.ms : 0;
    this.#queue.push({ parcel, due: performance.now() + delay });
    this.#queued += parcel.length;
    if (this.#queued > highWater) this.#from.pause();
    this.#flush();
  }

  #flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    while (this.#fault.kind !== "hold" && !this.#to.writableNeedDrain) {
      const next = this.#queue[0];
      if (next === undefined) break;
      const wait = next.due - performance.now();
      if (wait > 0) {
        this.#timer = setTimeout(() => this.#flush(), wait);
        break;
      }
      this.#queue.shift();
      this.#queued -= next.parcel.length;
      this.#deliver(next.parcel);
    }
    if (this.#queued <= highWater && this.#from.isPaused()) this.#from.resume();
  }

  #deliver(parcel: Parcel): void {
    if (parcel === "reset") this.#to.resetAndDestroy();
    else if (!this.#to.writable) return;
    else if (parcel === "end") this.#to.end();
    else this.#to.write(parcel);
  }

  #stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#queue = [];
  }
}
