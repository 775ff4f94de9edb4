import { once } from "node:events";
import { WebSocket } from "ws";
import * as Y from "yjs";
import { DeadlineError, deadline } from "../wait/deadline.js";
import { decodeServerMessage, type ServerMessage, syncMessage } from "./wire.js";

export interface RawClientOptions {
  /** Asks for durable acknowledgements (`?ack=1`). */
  readonly ack?: boolean;
  readonly token?: string;
  readonly origin?: string;
  /** Query parameters beside these. */
  readonly params?: Readonly<Record<string, string>>;
  /** The document that it keeps; a new one unless given. */
  readonly doc?: Y.Doc;
  /** Told of what arrives instead of `doc`, which then holds what was written here alone. */
  readonly onUpdate?: (update: Uint8Array) => void;
  /** Whether it answers SyncStep1 as a y-websocket client does; yes unless said otherwise. */
  readonly answer?: boolean;
  /** Sees each frame that is sent, just before it is. */
  readonly onSend?: (frame: Uint8Array) => void;
  /** Told that so many of the messages sent are durable, on connections that asked to be. */
  readonly onSettled?: (count: number) => void;
  /** Percent-encodes the room, which stock clients do not; yes unless said otherwise. */
  readonly encode?: boolean;
}

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

export interface Refusal {
  readonly number: number;
  readonly reason: string;
}

/** Messages that are kept for `received`, the last ones. */
const keptMessages = 10_000;

/** A y-websocket client without a mind of its own: for tests that need every byte in hand. */
export class RawClient {
  readonly doc: Y.Doc;
  readonly closed: Promise<Closed>;
  /** Every message received, oldest first, bounded to the last ones. */
  readonly messages: ServerMessage[] = [];
  readonly refusals: Refusal[] = [];
  /** SyncStep2 and update messages sent: what acknowledgements count. */
  sent = 0;
  /** The highest count acknowledged as durable. */
  acknowledged = 0;
  #closeInfo: Closed | null = null;
  #step2s = 0;
  readonly #socket: WebSocket;
  readonly #answer: boolean;
  readonly #onSend: ((frame: Uint8Array) => void) | undefined;
  readonly #onSettled: ((count: number) => void) | undefined;
  readonly #onUpdate: (update: Uint8Array) => void;
  /** Told of each message and of the end. */
  readonly #watchers = new Set<() => void>();

  /** Opens a socket; nothing is said yet. @throws Error where the upgrade is refused */
  static async connect(
    wsUrl: string,
    room: string,
    options: RawClientOptions = {},
  ): Promise<RawClient> {
    const params = new URLSearchParams(options.params);
    if (options.ack) params.set("ack", "1");
    if (options.token !== undefined) params.set("token", options.token);
    const path = options.encode === false ? room : encodeURIComponent(room);
    const socket = new WebSocket(`${wsUrl}/${path}?${params}`, {
      ...(options.origin === undefined ? {} : { origin: options.origin }),
      handshakeTimeout: 10_000,
      perMessageDeflate: false,
    });
    const client = new RawClient(socket, options);
    await once(socket, "open");
    return client;
  }

  /** Connects, asks for the state and resolves once the room is synced. */
  static async join(
    wsUrl: string,
    room: string,
    options: RawClientOptions = {},
  ): Promise<RawClient> {
    const client = await RawClient.connect(wsUrl, room, options);
    await client.sync();
    return client;
  }

  private constructor(socket: WebSocket, options: RawClientOptions) {
    this.#socket = socket;
    this.#answer = options.answer ?? true;
    this.#onSend = options.onSend;
    this.#onSettled = options.onSettled;
    this.doc = options.doc ?? new Y.Doc();
    this.#onUpdate = options.onUpdate ?? ((update) => Y.applyUpdate(this.doc, update, this));
    // What fails is told by `close`; an error event without a listener would end the test run.
    socket.on("error", () => undefined);
    socket.on("message", (data: Buffer) => this.#receive(new Uint8Array(data)));
    this.closed = new Promise((resolve) => {
      socket.once("close", (code, reason) => {
        this.#closeInfo = { code, reason: reason.toString() };
        this.#tell();
        resolve(this.#closeInfo);
      });
    });
  }

  /** How the socket ended, null while it is open. */
  get closeInfo(): Closed | null {
    return this.#closeInfo;
  }

  /** Bytes that the kernel has not taken yet. */
  get buffered(): number {
    return this.#socket.bufferedAmount;
  }

  /** Sends any bytes as one frame; dropped where the socket is not open. */
  send(bytes: Uint8Array): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#onSend?.(bytes);
    this.#socket.send(bytes);
  }

  sendUpdate(update: Uint8Array): void {
    this.#sendCounted("update", update);
  }

  sendStep1(stateVector: Uint8Array = Y.encodeStateVector(this.doc)): void {
    this.send(syncMessage("step1", stateVector));
  }

  sendStep2(update: Uint8Array): void {
    this.#sendCounted("step2", update);
  }

  /** Edits its own document and sends the update, as a y-websocket client does. */
  edit(change: (doc: Y.Doc) => void): Uint8Array {
    const updates: Uint8Array[] = [];
    const collect = (update: Uint8Array) => updates.push(update);
    this.doc.on("update", collect);
    this.doc.transact(() => change(this.doc));
    this.doc.off("update", collect);
    const update = Y.mergeUpdates(updates);
    this.sendUpdate(update);
    return update;
  }

  /** Asks for the state and waits for the SyncStep2. @throws Error where it is closed instead */
  async sync(within = 10_000): Promise<void> {
    const seen = this.#step2s;
    const answered = () => this.#step2s > seen;
    this.sendStep1();
    const what = "a SyncStep2 arrives";
    await this.#until(() => answered() || this.#closeInfo !== null, { within, what });
    if (!answered()) throw new Error(`closed before it was synced (${this.#describe()})`);
  }

  /**
   * Resolves once the server has read all that was sent so far: true, or false where the socket
   * ended before.
   */
  async wasRead(within = 10_000): Promise<boolean> {
    if (this.#socket.readyState !== WebSocket.OPEN) return false;
    const answered = new Promise<boolean>((resolve) => {
      this.#socket.once("pong", () => resolve(true));
    });
    this.#socket.ping();
    const ended = this.closed.then(() => false);
    return await deadline(Promise.race([answered, ended]), within, "the server reads");
  }

  /** Waits for a message, seen already or to come. */
  async received<Type extends ServerMessage["type"]>(
    type: Type,
    matches: (message: Extract<ServerMessage, { type: Type }>) => boolean = () => true,
    within = 5_000,
  ): Promise<Extract<ServerMessage, { type: Type }>> {
    type Wanted = Extract<ServerMessage, { type: Type }>;
    const wanted = (message: ServerMessage): message is Wanted =>
      message.type === type && matches(message as Wanted);
    let found: Wanted | undefined;
    const arrived = () => {
      found = this.messages.find(wanted);
      return found !== undefined;
    };
    await this.#until(arrived, { within, what: `a message of type ${type} arrives` });
    return found as unknown as Wanted;
  }

  /** Waits until all that was sent so far is acknowledged. */
  async allAcknowledged(within = 10_000): Promise<void> {
    const sent = this.sent;
    const what = `${sent} messages are acknowledged`;
    await this.#until(() => this.acknowledged >= sent, { within, what });
  }

  async closes(within = 5_000): Promise<Closed> {
    return await deadline(this.closed, within, `the server closes (${this.#describe()})`);
  }

  /** Stops reading, so that what the server sends piles up. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Starts a closing handshake, or cuts the connection where it takes too long. */
  async close(): Promise<void> {
    if (this.#closeInfo !== null) return;
    this.resume();
    this.#socket.close();
    const cut = setTimeout(() => this.terminate(), 1_000);
    await this.closed;
    clearTimeout(cut);
    this.doc.destroy();
  }

  /** Cuts the connection without a word. */
  terminate(): void {
    this.#socket.terminate();
  }

  /** Asks again after each message and at the end, without a timer between them. */
  async #until(
    condition: () => boolean,
    { within, what }: { readonly within: number; readonly what: string },
  ): Promise<void> {
    if (condition()) return;
    let watch: () => void = () => undefined;
    const holds = new Promise<void>((resolve) => {
      watch = () => {
        if (condition()) resolve();
      };
    });
    this.#watchers.add(watch);
    try {
      await deadline(holds, within, what);
    } catch (error) {
      if (!(error instanceof DeadlineError)) throw error;
      throw new DeadlineError(`${what} (${this.#describe()})`, within);
    } finally {
      this.#watchers.delete(watch);
    }
  }

  #tell(): void {
    for (const watch of this.#watchers) watch();
  }

  #sendCounted(type: "step2" | "update", update: Uint8Array): void {
    this.sent += 1;
    this.send(syncMessage(type, update));
  }

  #receive(bytes: Uint8Array): void {
    const message = decodeServerMessage(bytes);
    this.messages.push(message);
    if (this.messages.length > keptMessages) this.messages.splice(0, keptMessages / 2);
    switch (message.type) {
      case "step1":
        if (this.#answer) this.sendStep2(Y.encodeStateAsUpdate(this.doc, message.stateVector));
        break;
      case "step2":
        this.#step2s += 1;
        this.#onUpdate(message.update);
        break;
      case "update":
        this.#onUpdate(message.update);
        break;
      case "settled":
        if (message.count < this.acknowledged) throw new Error("an acknowledgement fell");
        this.acknowledged = message.count;
        this.#onSettled?.(message.count);
        break;
      case "refused":
        this.refusals.push({ number: message.number, reason: message.reason });
        break;
    }
    this.#tell();
  }

  #describe(): string {
    const counts = `sent ${this.sent}, acknowledged ${this.acknowledged}`;
    const seen = this.messages.slice(-8).map(({ type }) => type);
    return `${counts}, last seen ${seen.join(" ")}, closed ${JSON.stringify(this.#closeInfo)}`;
  }
}
