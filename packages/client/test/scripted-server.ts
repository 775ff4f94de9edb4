import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { encodeRefused, encodeSettled, encodeSync, MessageType } from "@homeroom/protocol";
import { createDecoder, readVarUint, readVarUint8Array } from "lib0/decoding";
import { type WebSocket, WebSocketServer } from "ws";
import { applyUpdate, Doc, encodeStateAsUpdate, encodeStateVector } from "yjs";

/** One connection of a client, as the script sees it. */
export interface Connection {
  readonly url: string;
  /** The types of the counted messages that arrived, in order. */
  readonly counted: ("step2" | "update")[];
  /** How many of them, from the first on, could be applied: no update builds on a refused one. */
  whole: number;
  acknowledge(count?: number): void;
  refuse(number: number, reason: string): void;
  askForState(): void;
  close(code: number, reason: string): void;
}

/**
 * A server of one document that says what a test tells it to: it applies what it gets, and
 * acknowledges only on demand unless `autoAcknowledge` is set.
 */
export class ScriptedServer {
  readonly doc = new Doc();
  readonly connections: Connection[] = [];
  autoAcknowledge = true;
  /** Whether to close a connection with a code instead of welcoming it. */
  welcomes: () => { code: number; reason: string } | null = () => null;
  /** Whether to refuse a message instead of applying it. */
  refuses: (number: number) => string | null = () => null;
  #http = createServer();
  #sockets = new WebSocketServer({ noServer: true });
  #port = 0;

  static async start(): Promise<ScriptedServer> {
    const server = new ScriptedServer();
    await server.listen();
    return server;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.#port}`;
  }

  get last(): Connection {
    const connection = this.connections.at(-1);
    if (connection === undefined) throw new Error("nobody has connected");
    return connection;
  }

  /** How many sockets are open. */
  get open(): number {
    return this.#sockets.clients.size;
  }

  /** Listens on the port that it had before, if it had one. */
  async listen(): Promise<void> {
    this.#http = createServer();
    this.#sockets = new WebSocketServer({ noServer: true });
    this.#http.on("upgrade", (request, socket, head) => {
      this.#sockets.handleUpgrade(request, socket, head, (client) =>
        this.#welcome(client, request.url ?? ""),
      );
    });
    await new Promise<void>((resolve) => this.#http.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (this.#http.address() as AddressInfo).port;
  }

  /** Somebody else writes. */
  push(text: string): void {
    const before = encodeStateVector(this.doc);
    this.doc.getText("text").insert(0, text);
    const update = encodeSync("update", encodeStateAsUpdate(this.doc, before));
    for (const client of this.#sockets.clients) client.send(update);
  }

  /** Cuts every socket without a goodbye and stops listening, as a killed process does. */
  async kill(): Promise<void> {
    for (const client of this.#sockets.clients) client.terminate();
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  #welcome(client: WebSocket, url: string): void {
    const counted: Connection["counted"] = [];
    const connection: Connection = {
      url,
      counted,
      whole: 0,
      acknowledge: (count = connection.whole) => client.send(encodeSettled(count)),
      refuse: (number, reason) => client.send(encodeRefused(number, reason)),
      askForState: () => client.send(encodeSync("step1", encodeStateVector(this.doc))),
      close: (code, reason) => client.close(code, reason),
    };
    this.connections.push(connection);
    const farewell = this.welcomes();
    if (farewell !== null) {
      connection.close(farewell.code, farewell.reason);
      return;
    }
    connection.askForState();
    client.on("message", (data: Buffer) => this.#receive(client, connection, data));
  }

  #receive(client: WebSocket, connection: Connection, data: Buffer): void {
    const decoder = createDecoder(new Uint8Array(data));
    if (readVarUint(decoder) !== MessageType.sync) return;
    const type = readVarUint(decoder);
    const body = readVarUint8Array(decoder);
    if (type === 0) {
      client.send(encodeSync("step2", encodeStateAsUpdate(this.doc, body)));
      return;
    }
    connection.counted.push(type === 1 ? "step2" : "update");
    const refusal = this.refuses(connection.counted.length);
    if (refusal === null) applyUpdate(this.doc, body);
    else connection.refuse(connection.counted.length, refusal);
    const { pendingStructs } = this.doc.store;
    if (pendingStructs === null) connection.whole = connection.counted.length;
    else if (refusal === null) connection.askForState();
    if (this.autoAcknowledge) connection.acknowledge();
  }
}
