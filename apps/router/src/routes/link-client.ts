import type { Socket as NetSocket } from "node:net";
import {
  decodeHomeFrames,
  encodeRouterFrame,
  type HomeFrame,
  LINK_VERSION,
  LinkWriter,
  linkAuthorization,
  linkUrl,
  MalformedError,
  type RouterFrame,
} from "@homeroom/protocol";
import type { Clock, Logger, Timer } from "@homeroom/room";
import { WebSocket } from "ws";
import type { LinkLimits } from "./limits.js";
import { LinkError } from "./link-error.js";
import type { RouteMeter } from "./meter.js";

/** A frame that concerns one room. */
export type ChannelFrame = Exclude<HomeFrame, { readonly type: "hello" }>;

/** Who uses a channel of a link. */
export interface ChannelHandler {
  /** Sessions; the busiest are told first when the link breaks. */
  readonly weight: number;
  receive(frame: ChannelFrame): void;
  /** The link broke; nothing follows. */
  lost(): void;
}

/** What a route needs of a link. */
export type RouteLink = Pick<LinkClient, "target" | "open" | "send" | "congested" | "shut">;

export interface LinkContext {
  /** What this router calls itself, for the coordinator's log. */
  readonly router: string;
  /** Of the cluster; null on one machine. */
  readonly secret: string | null;
  readonly limits: LinkLimits;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: RouteMeter;
}

/** A node, and where it takes links. */
export interface LinkTarget {
  readonly node: string;
  readonly url: string;
}

type State = "connecting" | "open" | "closed";

/** One link to one coordinator, from its first packet to its end; it does not come back. */
export class LinkClient {
  readonly target: LinkTarget;
  /** Resolves once the coordinator has said who it is. Rejects with a `LinkError`. */
  readonly ready: Promise<void>;
  readonly #context: LinkContext;
  readonly #ws: WebSocket;
  readonly #writer: LinkWriter;
  readonly #handlers = new Map<number, ChannelHandler>();
  readonly #ended: Promise<void>;
  #resolveReady: () => void = () => undefined;
  #rejectReady: (error: LinkError) => void = () => undefined;
  #state: State = "connecting";
  #net: NetSocket | null = null;
  #lastChannel = 0;
  #timer: Timer;
  #bytesRead = 0;
  #silentBeats = 0;

  /**
   * @param gone the link is over
   * @throws TypeError where the node announces what is no URL
   */
  constructor(target: LinkTarget, context: LinkContext, gone: () => void) {
    const { limits, clock, secret } = context;
    this.target = target;
    this.#context = context;
    const url = linkUrl(target.url);
    this.ready = new Promise((resolve, reject) => {
      this.#resolveReady = resolve;
      this.#rejectReady = reject;
    });
    // Whoever waits hears of it; that nobody waits is no fault.
    this.ready.catch(() => undefined);
    this.#timer = clock.after(limits.connectMs, () =>
      this.#fail(new LinkError("UNREACHABLE", `${target.node} does not answer at ${target.url}`)),
    );
    this.#ws = new WebSocket(url, {
      perMessageDeflate: false,
      maxPayload: limits.messageBytes,
      headers: secret === null ? {} : { authorization: linkAuthorization(secret) },
    });
    this.#writer = new LinkWriter({
      limits,
      soon: (task) => clock.soon(task),
      send: (message, done) => this.#ws.send(message, { binary: true }, () => done()),
    });
    this.#ended = new Promise((resolve) => {
      this.#ws.once("close", () => {
        this.#fail(new LinkError("UNREACHABLE", `the link to ${target.node} broke`));
        gone();
        resolve();
      });
    });
    this.#listen();
  }

  get state(): State {
    return this.#state;
  }

  /** Bytes that have not left this process. */
  get buffered(): number {
    return this.#writer.buffered;
  }

  /** Begins a channel. @returns its number @throws LinkError where the link is not open */
  open(handler: ChannelHandler): number {
    if (this.#state !== "open") throw new LinkError("UNREACHABLE", "the link is not open");
    const channel = ++this.#lastChannel;
    this.#handlers.set(channel, handler);
    return channel;
  }

  send(frame: Exclude<RouterFrame, { readonly type: "hello" }>): void {
    if (this.#state === "open") this.#writer.push(frame.channel, encodeRouterFrame(frame));
  }

  /** Whether so much of the channel waits that what can be left out should be. */
  congested(channel: number): boolean {
    return this.#writer.waiting(channel) > this.#context.limits.softBufferBytes;
  }

  /** Ends a channel; its handler hears nothing more. */
  shut(channel: number): void {
    if (this.#handlers.delete(channel)) this.send({ type: "shut", channel });
  }

  /** Says what still waits, and closes. */
  async close(): Promise<void> {
    const { clock, limits, router } = this.#context;
    const deadline = clock.after(limits.closeMs, () => this.#ws.terminate());
    if (this.#state === "open") {
      this.#writer.flush();
      this.#ws.close(1000, `${router} is leaving`);
    } else {
      this.#ws.terminate();
    }
    this.#fail(new LinkError("CLOSED", "this router is leaving"));
    await this.#ended;
    deadline.cancel();
  }

  #listen(): void {
    this.#ws.once("upgrade", ({ socket }) => {
      this.#net = socket as NetSocket;
      this.#net.setNoDelay(true);
    });
    this.#ws.once("open", () => {
      const hello = { type: "hello", version: LINK_VERSION, router: this.#context.router } as const;
      this.#writer.push(0, encodeRouterFrame(hello));
    });
    this.#ws.on("error", (error: NodeJS.ErrnoException) => {
      const { node, url } = this.target;
      const refused = error.code === "ECONNREFUSED" && this.#state === "connecting";
      const message = `${node} at ${url}: ${error.message}`;
      this.#fail(new LinkError(refused ? "REFUSED" : "UNREACHABLE", message, { cause: error }));
    });
    this.#ws.on("message", (data, isBinary) => {
      if (this.#state === "closed") return;
      try {
        if (!isBinary || !(data instanceof Uint8Array)) throw new MalformedError("not binary");
        for (const frame of decodeHomeFrames(data)) this.#receive(frame);
      } catch (error) {
        if (!(error instanceof MalformedError)) throw error;
        const message = `${this.target.node} broke the protocol: ${error.message}`;
        this.#fail(new LinkError("WRONG_PEER", message, { cause: error }));
      }
    });
  }

  #receive(frame: HomeFrame): void {
    if (frame.type === "hello") this.#greeted(frame.version, frame.node);
    else if (this.#state === "open") this.#handlers.get(frame.channel)?.receive(frame);
  }

  #greeted(version: number, node: string): void {
    if (version !== LINK_VERSION || node !== this.target.node) {
      const message = `at ${this.target.url} is ${node}, version ${version}`;
      this.#fail(new LinkError("WRONG_PEER", message));
      return;
    }
    if (this.#state !== "connecting") return;
    this.#state = "open";
    this.#context.meter.link("opened");
    this.#context.logger.info({ coordinator: node, url: this.target.url }, "link opened");
    this.#beatLater();
    this.#resolveReady();
  }

  #beatLater(): void {
    this.#timer.cancel();
    this.#timer = this.#context.clock.after(this.#context.limits.heartbeatMs, () => this.#beat());
  }

  /** Beats are counted, not time, so that a router that was stopped cuts nobody off. */
  #beat(): void {
    const bytesRead = this.#net?.bytesRead ?? 0;
    this.#silentBeats = bytesRead === this.#bytesRead ? this.#silentBeats + 1 : 0;
    this.#bytesRead = bytesRead;
    if (this.#silentBeats > this.#context.limits.silentBeats) {
      this.#fail(new LinkError("UNREACHABLE", `${this.target.node} is silent`));
      return;
    }
    if (this.#ws.readyState === WebSocket.OPEN) this.#ws.ping();
    this.#beatLater();
  }

  #fail(error: LinkError): void {
    if (this.#state === "closed") return;
    const { logger, meter } = this.#context;
    const wasOpen = this.#state === "open";
    this.#state = "closed";
    this.#timer.cancel();
    this.#writer.close();
    this.#rejectReady(error);
    if (error.code !== "CLOSED") {
      meter.link(wasOpen ? "lost" : "failed");
      logger.warn({ err: error, node: this.target.node }, wasOpen ? "link lost" : "no link");
      this.#ws.terminate();
    }
    const handlers = [...this.#handlers.values()].sort((a, b) => b.weight - a.weight);
    this.#handlers.clear();
    for (const handler of handlers) handler.lost();
  }
}
