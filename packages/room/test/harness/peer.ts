import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import {
  Awareness,
  applyAwarenessUpdate,
  encodeAwarenessUpdate,
  removeAwarenessStates,
} from "y-protocols/awareness";
import { readSyncMessage } from "y-protocols/sync";
import * as Y from "yjs";
import type { EdgeConnection } from "../../src/edge/connection.js";
import type { Clock, Timer } from "../../src/ports.js";
import type { FakeSocket } from "./fake-socket.js";
import { addressed, clientMessage, readServerMessage, type ServerMessage } from "./messages.js";

/** A socket to the server that is already wired to its connection. */
export interface Line {
  readonly socket: FakeSocket;
  readonly connection: EdgeConnection;
}

export interface PeerOptions {
  readonly room: string;
  readonly clock: Clock;
  /** Opens a socket to the server. */
  readonly dial: () => Line;
  readonly token?: string;
  /** Fixed where a test has to repeat itself exactly. */
  readonly clientId?: number;
  readonly awareness?: Record<string, unknown>;
  /** Whether it is told what is durable: always in Hocuspocus, with `?ack=1` in y-websocket. */
  readonly acknowledged?: boolean;
  /** How long its next message is under way, in milliseconds; they arrive in order. */
  readonly latency?: () => number;
}

/**
 * A client with a document, which does what the stock providers do: y-protocols for sync and
 * awareness, every edit sent at once, every remote awareness change sent back.
 */
export abstract class Peer {
  readonly doc: Y.Doc = new Y.Doc();
  readonly awareness: Awareness;
  readonly room: string;
  /** What the server said on this connection, oldest first. */
  received: ServerMessage[] = [];
  synced = false;
  protected readonly options: PeerOptions;
  /** The updates that were sent on this connection, in order. */
  readonly #sentUpdates: Uint8Array[] = [];
  #line: Line | null = null;
  /** What is under way to the server. */
  readonly #inFlight = new Set<Timer>();
  #lastArrival = 0;
  /** How the server closed the last connection, null where it did not. */
  closed: { readonly code: number; readonly reason: string } | null = null;

  /** Whether it is told what is durable. */
  get acknowledged(): boolean {
    return this.options.acknowledged ?? true;
  }

  /** The connection is about to be forgotten. */
  onOffline: () => void = () => {};

  constructor(options: PeerOptions) {
    this.options = options;
    this.room = options.room;
    if (options.clientId !== undefined) this.doc.clientID = options.clientId;
    this.awareness = new Awareness(this.doc);
    this.awareness.setLocalState(options.awareness ?? null);
    this.doc.on("update", (update: Uint8Array, origin: unknown) => {
      if (origin === this) return;
      if (!this.online) {
        this.away(update);
        return;
      }
      this.edited();
      this.send(clientMessage.update(update));
    });
    this.awareness.on(
      "update",
      ({ added, updated, removed }: Record<"added" | "updated" | "removed", number[]>) => {
        if (!this.online) return;
        const changed = [...added, ...updated, ...removed];
        this.send(clientMessage.awareness(encodeAwarenessUpdate(this.awareness, changed)));
      },
    );
  }

  get online(): boolean {
    return this.#line !== null;
  }

  get socket(): FakeSocket {
    if (!this.#line) throw new Error("not connected");
    return this.#line.socket;
  }

  /** How many messages of this kind were received on this connection. */
  count(type: ServerMessage["type"]): number {
    return this.received.filter((message) => message.type === type).length;
  }

  connect(): this {
    const line = this.options.dial();
    this.#line = line;
    this.received = [];
    this.#sentUpdates.length = 0;
    this.synced = false;
    this.closed = null;
    line.socket.onMessage((bytes) => {
      if (this.#line === line) this.#receive(bytes);
    });
    line.socket.onEnd(() => {
      if (this.#line !== line) return;
      this.closed = line.socket.closed;
      this.#offline();
    });
    this.greet();
    return this;
  }

  /** The connection is cut: nothing that is under way arrives, in either direction. */
  disconnect(): void {
    const line = this.#line;
    if (!line) return;
    this.#offline();
    line.socket.finishClosing();
  }

  destroy(): void {
    this.disconnect();
    this.awareness.destroy();
    this.doc.destroy();
  }

  /** Bytes as they are, without an address. */
  sendRaw(bytes: Uint8Array): void {
    const { latency, clock } = this.options;
    if (!latency) {
      this.#arrive(bytes);
      return;
    }
    this.#lastArrival = Math.max(this.#lastArrival, clock.monotonic() + latency());
    const timer = clock.after(this.#lastArrival - clock.monotonic(), () => {
      this.#inFlight.delete(timer);
      this.#arrive(bytes);
    });
    this.#inFlight.add(timer);
  }

  /** Whether all that was sent on this connection is durable or was refused, and it knows it. */
  get safe(): boolean {
    return this.settled === this.sent;
  }

  /** How many SyncStep2 and update messages were sent on this connection. */
  get sent(): number {
    return this.#sentUpdates.length;
  }

  /** How many of them are durable or were refused, as far as it has been told. */
  abstract get settled(): number;

  /** The updates that it believes to be durable. */
  get durable(): readonly Uint8Array[] {
    return this.#sentUpdates.slice(0, this.settled);
  }

  /** A message as y-websocket knows it; the address, if any, is put in front. */
  send(message: Uint8Array): void {
    if (message[0] === 0 && message[1] !== 0) this.#sentUpdates.push(updateIn(message));
    this.sendRaw(this.addressed(message));
  }

  protected abstract addressed(message: Uint8Array): Uint8Array;

  /** It is about to send an edit. */
  protected edited(): void {}

  /** An edit was made without a connection. */
  protected away(_update: Uint8Array): void {}

  /** What the client says without waiting, as soon as the socket is open. */
  protected abstract greet(): void;
  protected abstract read(bytes: Uint8Array): ServerMessage | null;
  protected abstract hear(message: ServerMessage): void;

  /** The server has said something. */
  protected heard(): void {}

  protected announce(): void {
    if (this.awareness.getLocalState() === null) return;
    this.send(clientMessage.awareness(encodeAwarenessUpdate(this.awareness, [this.doc.clientID])));
  }

  #receive(bytes: Uint8Array): void {
    const message = this.read(bytes);
    if (!message) return;
    this.heard();
    this.received.push(message);
    switch (message.type) {
      case "step1":
        this.#sync(0, message.vector);
        break;
      case "step2":
        this.#sync(1, message.update);
        this.synced = true;
        break;
      case "update":
        this.#sync(2, message.update);
        break;
      case "awareness":
        applyAwarenessUpdate(this.awareness, message.update, this);
        break;
      default:
        this.hear(message);
    }
  }

  #sync(kind: number, body: Uint8Array): void {
    const message = encoding.createEncoder();
    encoding.writeVarUint(message, kind);
    encoding.writeVarUint8Array(message, body);
    const reply = encoding.createEncoder();
    const decoder = decoding.createDecoder(encoding.toUint8Array(message));
    readSyncMessage(decoder, reply, this.doc, this, (error) => {
      throw error;
    });
    if (encoding.length(reply) > 0) this.send(Uint8Array.of(0, ...encoding.toUint8Array(reply)));
  }

  #arrive(bytes: Uint8Array): void {
    if (!this.#line?.socket.ended) this.#line?.connection.receive(bytes);
  }

  #offline(): void {
    this.onOffline();
    for (const timer of this.#inFlight) timer.cancel();
    this.#inFlight.clear();
    this.#line = null;
    this.synced = false;
    const others = [...this.awareness.getStates().keys()].filter((id) => id !== this.doc.clientID);
    removeAwarenessStates(this.awareness, others, this);
  }
}

/** y-websocket. With `acknowledgements`, it learns what is durable. */
export class YWebsocketPeer extends Peer {
  settled = 0;
  refused: { readonly number: number; readonly reason: string }[] = [];

  protected addressed(message: Uint8Array): Uint8Array {
    return message;
  }

  protected greet(): void {
    this.settled = 0;
    this.refused = [];
    this.send(clientMessage.step1(Y.encodeStateVector(this.doc)));
    this.announce();
  }

  protected read(bytes: Uint8Array): ServerMessage {
    return readServerMessage(bytes, false).message;
  }

  protected hear(message: ServerMessage): void {
    if (message.type === "settled") this.settled = message.count;
    else if (message.type === "refused") this.refused.push(message);
    else throw new Error(`a y-websocket client was sent "${message.type}"`);
  }
}

/** Hocuspocus, one room on a socket of its own or on one that it shares. */
export class HocuspocusPeer extends Peer {
  readonly address: string;
  statuses: boolean[] = [];
  /** What the stock provider counts: one for its SyncStep1, one for each edit, less what is safe. */
  unsynced = 0;
  #claimed = 0;
  /** Sent once the server says something; not counted, as the stock provider has it. */
  #writtenAway: Uint8Array[] = [];
  scope: string | null = null;
  denied: string | null = null;
  /** Why the server ended this room on a socket that stays open. */
  ended: string | null = null;

  constructor(options: PeerOptions & { readonly session?: string }) {
    super(options);
    this.address = options.session ? `${options.room}\0${options.session}` : options.room;
  }

  /** It only knows of all at once. */
  override get safe(): boolean {
    return this.unsynced === 0;
  }

  get settled(): number {
    return this.#claimed;
  }

  protected addressed(message: Uint8Array): Uint8Array {
    return addressed(this.address, message);
  }

  protected greet(): void {
    this.statuses = [];
    this.unsynced = 1;
    this.#claimed = 0;
    this.scope = null;
    this.denied = null;
    this.ended = null;
    this.send(clientMessage.auth(this.options.token ?? "token"));
    this.send(clientMessage.step1(Y.encodeStateVector(this.doc)));
    this.announce();
  }

  /** Asks for what it lacks, and counts from one again. */
  resync(): void {
    this.unsynced = 1;
    this.send(clientMessage.step1(Y.encodeStateVector(this.doc)));
  }

  protected override edited(): void {
    this.unsynced++;
  }

  protected override away(update: Uint8Array): void {
    this.#writtenAway.push(update);
  }

  protected override heard(): void {
    for (const update of this.#writtenAway.splice(0)) this.send(clientMessage.update(update));
  }

  #status(ok: boolean): void {
    this.statuses.push(ok);
    if (ok && this.unsynced > 0) this.unsynced--;
    if (this.unsynced === 0) this.#claimed = this.sent;
  }

  protected read(bytes: Uint8Array): ServerMessage | null {
    const { address, message } = readServerMessage(bytes, true);
    return address === this.address ? message : null;
  }

  protected hear(message: ServerMessage): void {
    if (message.type === "status") this.#status(message.ok);
    else if (message.type === "authenticated") this.scope = message.scope;
    else if (message.type === "denied") this.denied = message.reason;
    else if (message.type === "ended") this.ended = message.reason;
    else throw new Error(`a Hocuspocus client was sent "${message.type}"`);
  }
}

function updateIn(message: Uint8Array): Uint8Array {
  const decoder = decoding.createDecoder(message.subarray(2));
  return decoding.readVarUint8Array(decoder);
}
