import type { Socket as NetSocket } from "node:net";
import {
  decodeRouterFrames,
  encodeHomeFrame,
  LINK_VERSION,
  LinkWriter,
  MalformedError,
  type RoomName,
  type RouterFrame,
} from "@homeroom/protocol";
import type { Clock, Homes, Logger, Timer } from "@homeroom/room";
import type { WebSocket } from "ws";
import type { LinkServerLimits } from "./limits.js";
import { LinkChannel } from "./link-channel.js";
import type { LinkCut, LinkMeter } from "./meter.js";

export interface LinkNode {
  readonly id: string;
  /** Of the lease, null while there is none. */
  incarnation(): number | null;
}

export interface LinkContext {
  readonly homes: Homes;
  readonly node: LinkNode;
  readonly limits: LinkServerLimits;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: LinkMeter;
}

/** RFC 6455: the peer broke the protocol; and: this process cannot go on serving it. */
const PROTOCOL_ERROR = 1002;
const TRY_AGAIN = 1013;

/** One router's link, as the coordinator sees it. */
export class Link {
  readonly #ws: WebSocket;
  readonly #net: NetSocket;
  readonly #context: LinkContext;
  readonly #writer: LinkWriter;
  readonly #channels = new Map<number, LinkChannel>();
  /** Those which go on once some of what waits has left. */
  readonly #asked = new Set<LinkChannel>();
  readonly #closed: Promise<void>;
  #router: string | null = null;
  #timer: Timer;
  #bytesRead = 0;
  #silentBeats = 0;
  #over = false;

  constructor(ws: WebSocket, net: NetSocket, context: LinkContext) {
    const { clock, limits } = context;
    this.#ws = ws;
    this.#net = net;
    this.#context = context;
    net.setNoDelay(true);
    this.#writer = new LinkWriter({
      limits,
      soon: (task) => clock.soon(task),
      send: (message, done) => ws.send(message, { binary: true }, () => done()),
      onProgress: () => {
        for (const channel of this.#asked) channel.progress();
      },
    });
    this.#timer = clock.after(limits.helloMs, () => this.#cut(PROTOCOL_ERROR, "malformed"));
    ws.on("message", (data, isBinary) => {
      if (isBinary && data instanceof Uint8Array) this.#receive(data);
      else this.#cut(PROTOCOL_ERROR, "malformed");
    });
    // What ws has to say is said by the close that follows.
    ws.on("error", () => undefined);
    this.#closed = new Promise((resolve) => {
      ws.once("close", (code) => {
        context.logger.info({ router: this.#router, code }, "link closed");
        this.#end();
        resolve();
      });
    });
  }

  get buffered(): number {
    return this.#writer.buffered;
  }

  /** Says what still waits, and closes; the router looks for its rooms elsewhere. */
  async close(): Promise<void> {
    const { clock, limits } = this.#context;
    const deadline = clock.after(limits.closeMs, () => this.#ws.terminate());
    for (const channel of [...this.#channels.values()]) channel.giveUp();
    this.#writer.flush();
    this.#ws.close(1012, "this process is leaving");
    await this.#closed;
    deadline.cancel();
  }

  #receive(message: Uint8Array): void {
    if (this.#over) return;
    try {
      for (const frame of decodeRouterFrames(message)) this.#take(frame);
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      this.#context.logger.error({ err: error, router: this.#router }, "link broke the protocol");
      this.#cut(PROTOCOL_ERROR, "malformed");
    }
    const { maxBufferBytes } = this.#context.limits;
    if (this.#writer.buffered > maxBufferBytes) this.#cut(TRY_AGAIN, "overflow");
  }

  #take(frame: RouterFrame): void {
    if (frame.type === "hello") {
      this.#greet(frame.version, frame.router);
    } else if (this.#router === null) {
      throw new MalformedError("a link begins with a hello");
    } else if (frame.type === "open") {
      this.#open(frame.channel, frame.room);
    } else {
      // Unknown are only channels that ended here while the frame was under way.
      this.#channels.get(frame.channel)?.receive(frame);
    }
  }

  #greet(version: number, router: string): void {
    if (this.#router !== null) throw new MalformedError("a second hello");
    if (version !== LINK_VERSION) throw new MalformedError(`unknown version ${version}`);
    const { node, logger } = this.#context;
    this.#router = router;
    logger.info({ router }, "link opened");
    const incarnation = node.incarnation() ?? 0;
    const hello = { type: "hello", version: LINK_VERSION, node: node.id, incarnation } as const;
    this.#writer.push(0, encodeHomeFrame(hello));
    this.#beatLater();
  }

  #open(channel: number, room: RoomName): void {
    if (this.#channels.has(channel)) throw new MalformedError("the channel is open already");
    const { homes, limits, meter } = this.#context;
    let over = false;
    const opened = new LinkChannel({
      channel,
      room,
      homes,
      writer: this.#writer,
      limits,
      asked: this.#asked,
      over: () => {
        over = true;
        this.#channels.delete(channel);
      },
      overflowed: () => meter.channelOverflow(),
    });
    if (!over) this.#channels.set(channel, opened);
  }

  #beatLater(): void {
    const { clock, limits } = this.#context;
    this.#timer.cancel();
    this.#timer = clock.after(limits.heartbeatMs, () => this.#beat());
  }

  /** Beats are counted, not time, so that a process that was stopped cuts nobody off. */
  #beat(): void {
    const { limits } = this.#context;
    this.#silentBeats = this.#net.bytesRead === this.#bytesRead ? this.#silentBeats + 1 : 0;
    this.#bytesRead = this.#net.bytesRead;
    if (this.#silentBeats > limits.silentBeats) {
      this.#context.meter.linkCut("silent");
      this.#ws.terminate();
    } else if (this.#writer.buffered > limits.maxBufferBytes) {
      this.#cut(TRY_AGAIN, "overflow");
    } else {
      if (this.#ws.readyState === this.#ws.OPEN) this.#ws.ping();
      this.#beatLater();
    }
  }

  #cut(code: number, why: LinkCut): void {
    if (this.#over) return;
    const { meter, logger } = this.#context;
    meter.linkCut(why);
    logger.warn({ router: this.#router, why }, "link cut");
    this.#ws.close(code, why);
    this.#end();
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#timer.cancel();
    this.#writer.close();
    for (const channel of [...this.#channels.values()]) channel.shut();
  }
}
