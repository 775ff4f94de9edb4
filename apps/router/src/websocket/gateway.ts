import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { CloseCode, type CloseReason } from "@homeroom/protocol";
import type { Clock, Edge, Logger, Meter, RefusalReason } from "@homeroom/room";
import { type WebSocket, WebSocketServer } from "ws";
import type { AddressReader } from "../address.js";
import { Admission } from "../admission.js";
import { Problem } from "../http/problem.js";
import { writeRawProblem } from "../http/raw-problem.js";
import type { OriginGuard } from "../origin.js";
import { withDeadline } from "../with-deadline.js";
import { ClientSocket } from "./client-socket.js";
import { Heartbeat } from "./heartbeat.js";
import type { SocketLimits } from "./limits.js";
import { StrictWebSocket } from "./strict-websocket.js";
import { parseUpgradeRequest } from "./upgrade-request.js";

export interface GatewayOptions {
  readonly node: string;
  readonly edge: Pick<Edge, "accept">;
  readonly addresses: AddressReader;
  readonly origins: OriginGuard;
  readonly limits: SocketLimits;
  readonly clock: Clock;
  readonly meter: Pick<Meter, "refused">;
  readonly logger: Logger;
}

interface Refusal extends CloseReason {
  /** Null where nothing is wrong with the client. */
  readonly cause: RefusalReason | null;
}

const LEAVING: Refusal = {
  code: CloseCode.leaving,
  reason: "this process is leaving",
  cause: null,
};

/**
 * Where clients' WebSockets arrive. Every valid upgrade is accepted, and a client that is not
 * wanted is told so by a close code: a rejected upgrade looks like a lost connection, and stock
 * clients retry it for ever.
 */
export class WebSocketGateway {
  readonly #options: GatewayOptions;
  readonly #admission: Admission;
  readonly #heartbeat: Heartbeat;
  readonly #acceptor: WebSocketServer;
  readonly #refuser: WebSocketServer;
  readonly #admitted = new Set<ClientSocket>();
  readonly #refused = new Set<WebSocket>();
  #state: "open" | "stopping" | "closed" = "open";
  #whenEmpty: () => void = () => undefined;

  constructor(options: GatewayOptions) {
    const { limits, node } = options;
    this.#options = options;
    this.#admission = new Admission(limits.connections, limits.connectionsPerAddress);
    this.#heartbeat = new Heartbeat(options.clock, limits.heartbeatMs);
    this.#acceptor = createAcceptor(node, limits, limits.messageBytes);
    // Before it reads its close frame a refused client may send what it likes; little is kept.
    this.#refuser = createAcceptor(node, limits, limits.refusalMessageBytes);
  }

  /** Sockets of clients that were not refused. */
  get connections(): number {
    return this.#admitted.size;
  }

  attach(server: Server): void {
    server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** From now on, refuses everybody with 1012. */
  stop(): void {
    this.#state = "stopping";
  }

  /**
   * Closes every socket with 1012, and cuts those that are still there after `ms`. Who comes
   * later is cut without a word.
   */
  async close(ms: number): Promise<void> {
    this.stop();
    const empty = new Promise<void>((resolve) => {
      this.#whenEmpty = resolve;
    });
    for (const socket of this.#admitted) socket.close(LEAVING.code, LEAVING.reason);
    this.#settle();
    const { late } = await withDeadline(this.#options.clock, ms, empty);
    this.#state = "closed";
    if (!late) return;
    for (const socket of this.#admitted) socket.terminate();
    for (const ws of this.#refused) ws.terminate();
    await empty;
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#state === "closed" || this.#refused.size >= this.#options.limits.refusals) {
      socket.destroy();
      return;
    }
    const address = this.#options.addresses.read(request);
    const refusal = this.#refusal(request, address);
    const acceptor = refusal === null ? this.#acceptor : this.#refuser;
    acceptor.handleUpgrade(request, socket, head, (ws) => {
      if (refusal === null) this.#admit(ws, request, address);
      else this.#refuse(ws, refusal, address);
    });
  }

  #refusal(request: IncomingMessage, address: string): Refusal | null {
    if (this.#state !== "open") return LEAVING;
    const origin = this.#options.origins.refusal(request);
    if (origin !== null) return { code: CloseCode.forbidden, reason: origin, cause: "origin" };
    switch (this.#admission.check(address)) {
      case "free":
        return null;
      case "full":
        return limited("this server has as many connections as it may");
      case "address-full":
        return limited("your address has as many connections as it may");
    }
  }

  #refuse(ws: WebSocket, refusal: Refusal, address: string): void {
    const { meter, logger } = this.#options;
    if (refusal.cause !== null) meter.refused(refusal.cause);
    logger.debug({ address, code: refusal.code, reason: refusal.reason }, "connection refused");
    this.#refused.add(ws);
    // What the client sends meanwhile may be over the limit; it is being closed anyway.
    ws.on("error", () => undefined);
    ws.once("close", () => {
      this.#refused.delete(ws);
      this.#settle();
    });
    ws.close(refusal.code, refusal.reason);
  }

  #admit(ws: WebSocket, request: IncomingMessage, address: string): void {
    const { clock, edge, limits, logger, meter } = this.#options;
    const socket = new ClientSocket(ws, request.socket, clock, limits);
    const { path, token, acknowledgements } = parseUpgradeRequest(request);
    const leave = this.#admission.enter(address);
    const stopBeating = this.#heartbeat.join(socket);
    this.#admitted.add(socket);
    // The session exists in the same turn as the upgrade, so nothing has to be kept for it.
    const session = this.#guard(socket, () =>
      edge.accept(socket, { path, token, acknowledgements, address }),
    );
    socket.listen({
      message: (message) => this.#guard(socket, () => session?.receive(message)),
      refused: (code) => {
        meter.refused(code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH" ? "too-large" : "malformed");
        logger.debug({ connection: session?.id, address, code }, "frame refused");
      },
      closed: (code) => {
        leave();
        stopBeating();
        this.#admitted.delete(socket);
        this.#guard(socket, () => session?.closed());
        logger.debug({ connection: session?.id, address, code }, "connection closed");
        this.#settle();
      },
    });
  }

  /** A fault of the edge ends the connection that met it, not the process. */
  #guard<T>(socket: ClientSocket, call: () => T): T | undefined {
    try {
      return call();
    } catch (error) {
      this.#options.logger.error({ err: error }, "the edge failed on a connection");
      socket.close(CloseCode.internal, "internal error");
      return undefined;
    }
  }

  #settle(): void {
    if (this.#admitted.size === 0 && this.#refused.size === 0) this.#whenEmpty();
  }
}

const limited = (reason: string): Refusal => ({
  code: CloseCode.limited,
  reason,
  cause: "connections",
});

function createAcceptor(node: string, limits: SocketLimits, maxPayload: number): WebSocketServer {
  const options = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload,
    maxFragments: limits.fragments,
    maxBufferedChunks: limits.chunks,
    closeTimeout: limits.closeMs,
    WebSocket: StrictWebSocket,
  };
  const server = new WebSocketServer(options);
  server.on("headers", (headers) => headers.push(`x-homeroom-node: ${node}`));
  server.on("wsClientError", (error, socket) => {
    const problem = new Problem("BAD_UPGRADE", error.message);
    writeRawProblem(socket, node, problem, ["Sec-WebSocket-Version: 13"]);
  });
  return server;
}
