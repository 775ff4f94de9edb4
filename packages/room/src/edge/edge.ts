import { CloseCode, type RoomName } from "@homeroom/protocol";
import type { Homes } from "../homes.js";
import type { Clock, Logger, Meter, Socket, Timer } from "../ports.js";
import type { Authenticator } from "./authenticator.js";
import { Connection, type ConnectionRequest, type EdgeConnection } from "./connection.js";
import { defaultEdgeLimits, type EdgeLimits } from "./edge-limits.js";
import { RoomAudience } from "./room-audience.js";
import type { SeatContext } from "./seat.js";

export interface EdgeOptions {
  readonly homes: Homes;
  readonly authenticator: Authenticator;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: Meter;
  readonly limits?: Partial<EdgeLimits>;
}

/** How often connections look at the time. */
const TICK_MS = 1_000;
/** When the edge closes: so many connections are closed at a time, or a step's share of all. */
const CLOSED_AT_ONCE = 50;
const CLOSING_STEP_MS = 25;
const CLOSING_STEPS = 60;

/** Where clients' sockets end: dialects, tokens, limits and fan-out. It holds no documents. */
export class Edge {
  readonly #context: SeatContext;
  readonly #audiences = new Map<RoomName, RoomAudience>();
  readonly #connections = new Set<Connection>();
  #tick: Timer | null = null;
  #lastConnection = 0;
  #lastSession = 0;
  #closed = false;

  constructor(options: EdgeOptions) {
    const { homes, authenticator, clock, logger, meter } = options;
    this.#context = {
      authenticator,
      clock,
      logger,
      meter,
      limits: { ...defaultEdgeLimits, ...options.limits },
      audience: (room) => this.#audience(room, homes),
      nextSessionId: () => ++this.#lastSession,
    };
  }

  /** How many connections are open. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Takes a socket on. Whoever owns it passes its messages to the connection. */
  accept(socket: Socket, request: ConnectionRequest): EdgeConnection {
    const connection: Connection = new Connection({
      id: (++this.#lastConnection).toString(36),
      socket,
      request,
      context: this.#context,
      gone: () => this.#connections.delete(connection),
    });
    if (this.#closed) {
      connection.close(CloseCode.leaving, "this server is leaving");
      return connection;
    }
    this.#connections.add(connection);
    const { id } = connection;
    this.#context.logger.debug({ connection: id, address: request.address }, "connection opened");
    this.#scheduleTick();
    void connection.checkToken();
    return connection;
  }

  /**
   * Closes every connection with 1012, later ones at once. Many are closed little by little, so that
   * they do not all come back at the same moment somewhere else.
   */
  async close(): Promise<void> {
    this.#closed = true;
    this.#tick?.cancel();
    this.#tick = null;
    const leaving = [...this.#connections];
    const atOnce = Math.max(CLOSED_AT_ONCE, Math.ceil(leaving.length / CLOSING_STEPS));
    while (leaving.length > 0) {
      for (const connection of leaving.splice(0, atOnce)) {
        connection.close(CloseCode.leaving, "this server is leaving");
      }
      if (leaving.length > 0) await this.#step();
    }
  }

  async #step(): Promise<void> {
    await new Promise<void>((resolve) => this.#context.clock.after(CLOSING_STEP_MS, resolve));
  }

  #audience(room: RoomName, homes: Homes): RoomAudience {
    let audience = this.#audiences.get(room);
    if (!audience) {
      const { meter } = this.#context;
      const emptied = (): boolean => this.#audiences.delete(room);
      audience = new RoomAudience({ room, homes, meter, emptied });
      this.#audiences.set(room, audience);
    }
    return audience;
  }

  #scheduleTick(): void {
    this.#tick ??= this.#context.clock.after(TICK_MS, () => {
      this.#tick = null;
      for (const connection of this.#connections) connection.tick(TICK_MS);
      if (this.#connections.size > 0) this.#scheduleTick();
    });
  }
}
