import {
  CloseCode,
  encodeAwarenessMessage,
  frameMessage,
  frameMessages,
  type RoomName,
} from "@homeroom/protocol";
import type { Access, Refusal, SessionId, SyncKind, UpdateKind } from "../homes.js";
import type { Outlet } from "./outlet.js";
import type { StateFrames } from "./state-frames.js";
import { Untold } from "./untold.js";
import type { Voice } from "./voice.js";

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
  /** Messages of a state, and what is to come after it, that the outlet sends as it drains. */
  #underWay = 0;

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

  sync(kind: SyncKind, bytes: Uint8Array, states: StateFrames): void {
    if (kind === "step1") this.#untold?.asked();
    this.#underWay++;
    this.outlet.sendFramesPaced(() => {
      this.#underWay--;
      return states.frame(kind, bytes, this.voice);
    });
  }

  /**
   * An update for all, framed. While a state is under way it waits: a client that holds slices of one
   * encodes them anew with whatever else it cannot apply yet.
   */
  update(frames: Uint8Array): void {
    if (this.#underWay === 0) {
      this.outlet.send(frames);
      return;
    }
    this.#underWay++;
    this.outlet.sendAfterPaced(frames, () => void this.#underWay--);
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
}
