import type { Server } from "node:http";
import type { Clock, Logger } from "@homeroom/room";
import { withDeadline } from "../with-deadline.js";
import { type App, createApp } from "./app.js";
import type { HttpLimits } from "./limits.js";
import { listen } from "./listen.js";
import { createHttpServer } from "./server.js";

export interface EndpointOptions {
  readonly node: string;
  readonly limits: HttpLimits;
  /** How many connections may be WebSockets. */
  readonly sockets: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A port with an application behind it. */
export class HttpEndpoint {
  readonly app: App;
  readonly server: Server;
  readonly #clock: Clock;
  #stopping = false;
  #ended: Promise<void> = Promise.resolve();
  #appClosed: Promise<void> = Promise.resolve();

  constructor(options: EndpointOptions) {
    const { node, limits, sockets, clock, logger } = options;
    this.server = createHttpServer(node, limits, sockets);
    this.app = createApp({ server: this.server, node, limits, logger });
    this.#clock = clock;
    this.app.addHook("onSend", async (_request, reply) => {
      if (this.#stopping) reply.header("connection", "close");
    });
  }

  /**
   * @returns the port that was bound.
   * @throws RouterError
   */
  async listen(host: string, port: number): Promise<number> {
    await this.app.ready();
    return await listen(this.server, host, port);
  }

  /** Takes no new connections. Requests under way are answered, with `connection: close`. */
  stop(): void {
    this.#stopping = true;
    // Also where it never listened: its timer has to go.
    this.#ended = new Promise((resolve) => this.server.close(() => resolve()));
    this.#appClosed = this.app.close();
  }

  /** Waits for the requests under way, and cuts those that take longer than `ms`. */
  async finish(ms: number): Promise<void> {
    const finished = Promise.all([this.#appClosed, this.#ended]);
    const { late } = await withDeadline(this.#clock, ms, finished);
    if (late) this.server.closeAllConnections();
    await this.#ended;
  }
}
