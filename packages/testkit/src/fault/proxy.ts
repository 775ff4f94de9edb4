import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { freePort } from "../process/free-port.js";
import { Lane, type LaneFault } from "./lane.js";

/** `up`: from the clients to the target. `down`: back. */
export type Direction = "up" | "down";

interface Connection {
  readonly client: Socket;
  readonly target: Socket;
  readonly lanes: Readonly<Record<Direction, Lane>>;
}

const none: LaneFault = { kind: "none" };

/**
 * A TCP proxy on loopback that does to a connection what networks do. Faults hold for the
 * connections that are open and for those that come; `heal` ends them all.
 */
export class FaultProxy {
  readonly port: number;
  /** Told the port that each connection to the target comes from, as the target sees it. */
  onConnect: (port: number) => void = () => undefined;
  #target: { readonly host: string; readonly port: number };
  readonly #faults: Record<Direction, LaneFault> = { up: none, down: none };
  readonly #connections = new Set<Connection>();
  #server: Server | null = null;
  #loseNext: boolean = false;

  static async start(target: {
    readonly host?: string;
    readonly port: number;
  }): Promise<FaultProxy> {
    const proxy = new FaultProxy(await freePort(), { host: "127.0.0.1", ...target });
    await proxy.accept();
    return proxy;
  }

  private constructor(port: number, target: { readonly host: string; readonly port: number }) {
    this.port = port;
    this.#target = target;
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Connections to one port that are open now: `redirect` leaves older ones where they were. */
  connectionsTo(port: number): number {
    return [...this.#connections].filter(({ target }) => target.remotePort === port).length;
  }

  /** Chunks that the open connections have lost so far. */
  get lost(): number {
    const lanes = [...this.#connections].flatMap(({ lanes: { up, down } }) => [up, down]);
    return lanes.reduce((sum, lane) => sum + lane.lost, 0);
  }

  /** Each chunk arrives `ms` later, one way or both ways. */
  delay(ms: number, direction: Direction | "both" = "both"): void {
    this.#set({ kind: "delay", ms }, direction);
  }

  /** A cut, one way or both: bytes wait until the proxy heals, and no connection is refused. */
  hold(direction: Direction | "both" = "both"): void {
    this.#set({ kind: "hold" }, direction);
  }

  /** Loses bytes one way; the connections that lost some are reset when the proxy heals. */
  swallow(direction: Direction): void {
    this.#set({ kind: "swallow" }, direction);
  }

  /** The next bytes from the target are lost and their connection is reset: a reply lost after
   * its command took effect. */
  loseNextReply(): void {
    this.#loseNext = true;
  }

  /** Ends every fault of the connections that are open and of those that come. */
  heal(): void {
    this.#loseNext = false;
    this.#set(none, "both");
  }

  /** Connections that come from now on go to another port; those that are open stay. */
  redirect(port: number): void {
    this.#target = { ...this.#target, port };
  }

  /** Resets (RST) every connection. */
  reset(): void {
    for (const connection of this.#connections) this.#reset(connection);
  }

  /** Refuses connections from now on; those that are open stay. */
  async refuse(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    // The listener is gone at once; the callback would wait for the connections as well.
    server.close();
  }

  /** Takes connections (again). */
  async accept(): Promise<void> {
    if (this.#server !== null) return;
    const server = createServer({ allowHalfOpen: true }, (client) => this.#open(client));
    server.listen(this.port, "127.0.0.1");
    await once(server, "listening");
    this.#server = server;
  }

  async close(): Promise<void> {
    await this.refuse();
    this.reset();
  }

  #open(client: Socket): void {
    const target = connect({ ...this.#target, allowHalfOpen: true });
    const connection: Connection = {
      client,
      target,
      lanes: {
        up: new Lane(client, target, this.#faults.up),
        down: new Lane(target, client, this.#faults.down),
      },
    };
    this.#connections.add(connection);
    target.once("connect", () => {
      if (target.localPort !== undefined) this.onConnect(target.localPort);
    });
    for (const socket of [client, target]) {
      socket.setNoDelay(true);
      socket.on("close", () => {
        if (client.destroyed && target.destroyed) this.#connections.delete(connection);
      });
    }
    target.prependListener("data", () => {
      if (this.#loseNext) {
        this.#loseNext = false;
        this.#reset(connection);
      }
    });
  }

  #reset(connection: Connection): void {
    connection.client.resetAndDestroy();
    connection.target.resetAndDestroy();
    this.#connections.delete(connection);
  }

  #set(fault: LaneFault, direction: Direction | "both"): void {
    for (const way of direction === "both" ? (["up", "down"] as const) : [direction]) {
      this.#faults[way] = fault;
      for (const connection of this.#connections) {
        if (connection.lanes[way].set(fault)) this.#reset(connection);
      }
    }
  }
}
