import { FairQueue } from "./fair-queue.js";

/** Sizes in bytes. */
export interface LinkWriterLimits {
  /** Frames written in one turn go out as one message of about this size. */
  readonly batchBytes: number;
  /** What may be on its way in the socket; the rest waits where channels take turns. */
  readonly windowBytes: number;
  /** What one channel may send before another one's turn. */
  readonly quantumBytes: number;
}

export interface LinkWriterOptions {
  readonly limits: LinkWriterLimits;
  /** Runs a task once, at the end of this turn of the event loop. */
  readonly soon: (task: () => void) => void;
  /** Writes one message; `done` when it has left this process, or never will. */
  readonly send: (message: Uint8Array, done: () => void) => void;
  /** Some of what waited has left. */
  readonly onProgress?: () => void;
}

/** One direction of a link: gathers frames into messages, and lets channels take turns. */
export class LinkWriter {
  readonly #options: LinkWriterOptions;
  readonly #queue: FairQueue;
  #inFlight = 0;
  #scheduled = false;
  #closed = false;

  constructor(options: LinkWriterOptions) {
    this.#options = options;
    this.#queue = new FairQueue(options.limits.quantumBytes);
  }

  /** Accepted, and still in this process. */
  get buffered(): number {
    return this.#queue.bytes + this.#inFlight;
  }

  /** What of one channel waits for its turn. */
  waiting(channel: number): number {
    return this.#queue.bytesOf(channel);
  }

  push(channel: number, frame: Uint8Array): void {
    if (this.#closed) return;
    this.#queue.push(channel, frame);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#options.soon(() => {
      this.#scheduled = false;
      this.#pump();
    });
  }

  drop(channel: number): void {
    this.#queue.drop(channel);
  }

  /** Hands everything that waits to the socket, whatever is on its way already. */
  flush(): void {
    while (this.#queue.bytes > 0) this.#sendBatch();
  }

  /** Nothing is sent any more. */
  close(): void {
    this.#closed = true;
  }

  #pump(): void {
    const { windowBytes } = this.#options.limits;
    while (!this.#closed && this.#queue.bytes > 0 && this.#inFlight < windowBytes) {
      this.#sendBatch();
    }
  }

  #sendBatch(): void {
    const message = concat(this.#queue.take(this.#options.limits.batchBytes));
    this.#inFlight += message.length;
    this.#options.send(message, () => {
      this.#inFlight -= message.length;
      if (this.#closed) return;
      this.#pump();
      this.#options.onProgress?.();
    });
  }
}

function concat(frames: readonly Uint8Array[]): Uint8Array {
  const [only] = frames;
  if (only && frames.length === 1) return only;
  const message = new Uint8Array(frames.reduce((sum, { length }) => sum + length, 0));
  let position = 0;
  for (const frame of frames) {
    message.set(frame, position);
    position += frame.length;
  }
  return message;
}
