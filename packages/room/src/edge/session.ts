import {
  CloseCode,
  encodeAwarenessMessage,
  frameMessage,
  frameMessages,
  type RoomName,
} from "@homeroom/protocol";
import type { Access, Refusal, SessionId, SyncKind, UpdateKind } from "../homes.js";
import { frameState } from "./frame-state.js";
import type { Outlet } from "./outlet.js";
import { Untold } from "./untold.js";
import type { Voice } from "./voice.js";

/** What a small frame takes in memory beside its bytes, about. */
const KEPT_BYTES = 32;

/** One client in one room, as the edge knows it: what it is told, in its dialect. */
export class Session {
  readonly id: SessionId;
  readonly room: RoomName;
  readonly access: Access;
  readonly voice: Voice;
  readonly outlet: Outlet;
  readonly #close: (code: CloseCode, reason: string) => void;
  /** Null for clients that are told a number, and do not count. */
  readonly #untold: Untold | null;
  #received = 0;
  #settled = 0;
  /** Broadcasts that are to come after the state that is under way; null where none is. */
  #waiting: Uint8Array[] | null = null;
  #waitingBytes = 0;
  #gone = false;

  constructor(options: {
    id: SessionId;
    room: RoomName;
    access: Access;
    voice: Voice;
    outlet: Outlet;
    /** Ends this session, and the connection with it where that is the only way to say so. */
    close: (code: CloseCode, reason: string) => void;
  }) {
    this.id = options.id;
    this.room = options.room;
    this.access = options.access;
    this.voice = options.voice;
    this.outlet = options.outlet;
    this.#close = options.close;
    this.#untold = options.voice.counts ? new Untold() : null;
  }

  /** The client sent a SyncStep1. */
  asks(stateVector: Uint8Array): void {
    this.#untold?.asks(stateVector, this.#settled, this.#received);
  }

  /** Numbers a SyncStep2 or update, from 1. */
  number(kind: UpdateKind, update: Uint8Array): number {
    this.#received++;
    this.#untold?.receive(this.#received, kind, update);
    return this.#received;
  }

  /** Updates are parts of a state, up to its SyncStep2. */
  sync(kind: SyncKind, bytes: Uint8Array): void {
    if (kind === "step1") this.#untold?.asked();
    if (kind === "update") this.#waiting ??= [];
    this.outlet.pace(() => {
      if (this.#gone) return;
      this.outlet.sendState(...frameState(kind, bytes, this.voice));
      if (kind === "step2") this.#sendWaiting();
    });
  }

  /**
   * An update for all, framed. While a state is under way it waits: a client that holds a part of one
   * encodes it anew with whatever else it cannot apply yet.
   */
  update(frames: Uint8Array): void {
    if (!this.#waiting) {
      this.outlet.send(frames);
      return;
    }
    this.#waiting.push(frames);
    this.#waitingBytes += frames.length + KEPT_BYTES;
    this.outlet.keep(frames.length + KEPT_BYTES);
  }

  /** Another home is there: what the last one did not send of a state does not come any more. */
  opened(): void {
    if (this.#waiting) this.outlet.pace(() => this.#sendWaiting());
  }

  /** Nothing more of a state is sent, whatever is under way: others may go on with the connection. */
  leave(): void {
    this.#gone = true;
    this.#sendWaiting();
  }

  awareness(update: Uint8Array): void {
    this.outlet.sendAwareness(frameMessage(encodeAwarenessMessage(update, this.voice.prefix)));
  }

  settled(number: number): void {
    if (number <= this.#settled) return;
    const count = number - this.#settled - (this.#untold?.take(number) ?? 0);
    this.#settled = number;
    const messages = this.voice.settled(number, count);
    if (messages.length > 0) this.outlet.send(frameMessages(messages));
  }

  /** Called every second or so. */
  tick(): void {
    const count = this.#untold?.tick(this.#settled, this.#received) ?? 0;
    if (count > 0) this.outlet.send(frameMessages(this.voice.settled(this.#settled, count)));
  }

  /**
   * Says that a message was not taken. A client that cannot be told so is closed, for it would
   * go on believing in its edit; but not for a SyncStep2 that it sent without being asked to
   * write, for then it could not even read.
   */
  refused(number: number, kind: UpdateKind, { code, reason }: Refusal): void {
    if (this.voice.acknowledges) {
      this.#untold?.add(number);
      this.outlet.send(frameMessage(this.voice.refused(number, reason)));
    } else if (kind === "update" || code !== CloseCode.forbidden) {
      this.close(code, reason);
    }
  }

  close(code: CloseCode, reason: string): void {
    this.#close(code, reason);
  }

  #sendWaiting(): void {
    const waiting = this.#waiting;
    if (!waiting) return;
    this.#waiting = null;
    this.outlet.keep(-this.#waitingBytes);
    this.#waitingBytes = 0;
    if (waiting.length > 0 && !this.#gone) this.outlet.send(Buffer.concat(waiting));
  }
}
