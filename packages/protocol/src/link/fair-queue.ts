/**
 * Frames of many channels on their way to one socket. Channels take turns, by bytes, so that one
 * which has much to say holds up itself alone. Within a channel the order is kept.
 */
export class FairQueue {
  readonly #quantum: number;
  /** In the order of their turns. */
  readonly #channels = new Map<number, Channel>();
  #bytes = 0;

  /** @param quantum bytes that a channel may send in one turn; a frame is never cut in two */
  constructor(quantum: number) {
    this.#quantum = quantum;
  }

  get bytes(): number {
    return this.#bytes;
  }

  bytesOf(channel: number): number {
    return this.#channels.get(channel)?.bytes ?? 0;
  }

  push(channel: number, frame: Uint8Array): void {
    let queue = this.#channels.get(channel);
    if (!queue) {
      queue = { frames: [], next: 0, bytes: 0 };
      this.#channels.set(channel, queue);
    }
    queue.frames.push(frame);
    queue.bytes += frame.length;
    this.#bytes += frame.length;
  }

  /** The next frames, of `limit` bytes together or a little more; none where nothing waits. */
  take(limit: number): Uint8Array[] {
    const taken: Uint8Array[] = [];
    let bytes = 0;
    while (bytes < limit) {
      const turn = this.#channels.entries().next();
      if (turn.done) break;
      const [number, channel] = turn.value;
      this.#channels.delete(number);
      bytes += this.#takeFrom(channel, Math.min(this.#quantum, limit - bytes), taken);
      if (channel.bytes > 0) this.#channels.set(number, channel);
    }
    this.#bytes -= bytes;
    return taken;
  }

  /** Forgets what the channel wanted to say. */
  drop(channel: number): void {
    this.#bytes -= this.bytesOf(channel);
    this.#channels.delete(channel);
  }

  #takeFrom(channel: Channel, limit: number, taken: Uint8Array[]): number {
    let bytes = 0;
    while (bytes < limit) {
      const frame = channel.frames[channel.next];
      if (!frame) break;
      channel.next++;
      bytes += frame.length;
      taken.push(frame);
    }
    channel.bytes -= bytes;
    if (channel.next > FEW) {
      // In large steps, so that a long queue is not moved for each frame.
      channel.frames.splice(0, channel.next);
      channel.next = 0;
    }
    return bytes;
  }
}

interface Channel {
  readonly frames: Uint8Array[];
  /** Index of the first frame that has not been taken. */
  next: number;
  bytes: number;
}

const FEW = 1_000;
