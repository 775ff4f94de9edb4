import type { Socket as NetSocket } from "node:net";
import { CloseCode } from "@homeroom/protocol";
import type { Clock, FrameBytes, Socket, Timer, WriteResult } from "@homeroom/room";
import { WebSocket } from "ws";
import { cutReason } from "./close-reason.js";
import type { Beating } from "./heartbeat.js";
import type { SocketLimits } from "./limits.js";
import { Liveness } from "./liveness.js";

const NOTHING = new Uint8Array(0);

/** What a client's socket tells its owner. Nothing follows `closed`. */
export interface ClientSocketEvents {
  /** One complete binary message; not after `close` was called. */
  message(message: Uint8Array): void;
  /** ws refused a frame and closes the socket; the code is ws's own. */
  refused(code: string): void;
  closed(code: number): void;
}

/**
 * A client's WebSocket as the edge needs it. ws reads, and writes control frames; what the edge
 * writes are complete frames already, so they go to the network socket as they are. Without
 * compression ws writes each of its frames in one go too, so the two never mix.
 */
export class ClientSocket implements Socket, Beating {
  readonly #ws: WebSocket;
  readonly #net: NetSocket;
  readonly #clock: Clock;
  readonly #limits: SocketLimits;
  readonly #liveness: Liveness;
  #probe: Timer | null = null;
  #watching = false;

  constructor(ws: WebSocket, net: NetSocket, clock: Clock, limits: SocketLimits) {
    this.#ws = ws;
    this.#net = net;
    this.#clock = clock;
    this.#limits = limits;
    const progressBytes = (limits.progressBytesPerSecond * limits.heartbeatMs) / 1_000;
    this.#liveness = new Liveness(progressBytes, net.bytesRead);
    net.setNoDelay(true);
    net.on("timeout", () => this.terminate());
  }

  /** Starts reading. */
  listen(events: ClientSocketEvents): void {
    this.#ws.on("message", (data, isBinary) => {
      this.#liveness.message(this.#net.bytesRead);
      if (this.#ws.readyState !== WebSocket.OPEN) return;
      if (!isBinary || !(data instanceof Uint8Array)) {
        this.close(CloseCode.malformed, "text frames are not part of the protocol");
      } else {
        events.message(data);
      }
    });
    this.#ws.on("ping", (data) => this.#liveness.controlFrame(data.length));
    this.#ws.on("pong", (data) => this.#liveness.controlFrame(data.length));
    this.#ws.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code?.startsWith("WS_ERR_")) events.refused(error.code);
    });
    this.#ws.once("close", (code) => {
      this.#probe?.cancel();
      events.closed(code);
    });
  }

  get buffered(): number {
    return this.#net.writableLength;
  }

  write(...[frames, end]: FrameBytes): WriteResult {
    if (this.#ws.readyState !== WebSocket.OPEN) return "closed";
    if (!end) return this.#net.write(frames) ? "sent" : "congested";
    this.#net.cork();
    this.#net.write(frames);
    this.#net.write(end);
    this.#net.uncork();
    return this.#net.writableNeedDrain ? "congested" : "sent";
  }

  onceDrained(task: () => void): void {
    // Writing nothing calls back when all before it has left, and also when the socket breaks.
    if (this.#net.writable) this.#net.write(NOTHING, () => task());
    else if (this.#net.closed || this.buffered === 0) queueMicrotask(task);
    else this.#net.once("close", () => task());
  }

  close(code: CloseCode, reason: string): void {
    this.#ws.close(code, cutReason(reason));
  }

  /** Cuts the connection without a closing handshake. */
  terminate(): void {
    this.#ws.terminate();
  }

  probe(): void {
    if (this.#probe !== null || this.#ws.readyState !== WebSocket.OPEN) return;
    const { bytesRead } = this.#net;
    this.#ws.ping();
    this.#probe = this.#clock.after(this.#limits.probeMs, () => {
      this.#probe = null;
      if (this.#net.bytesRead === bytesRead) this.terminate();
    });
  }

  beat(): void {
    const backlog = this.buffered > 0;
    this.#watchBacklog(backlog);
    if (this.#liveness.judge(this.#net.bytesRead, backlog) !== "alive") this.terminate();
    else if (this.#ws.readyState === WebSocket.OPEN) this.#ws.ping();
  }

  /** What is queued may take longer than a heartbeat. Only Node sees whether any of it moves. */
  #watchBacklog(backlog: boolean): void {
    if (backlog === this.#watching) return;
    this.#watching = backlog;
    this.#net.setTimeout(backlog ? this.#limits.heartbeatMs : 0);
  }
}
