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
import type { Voice } from "./voice.js";

/** One client in one room, as the edge knows it: what it is told, in its dialect. */
export class Session {
  readonly id: SessionId;
  readonly room: RoomName;
  readonly access: Access;
  readonly voice: Voice;
  readonly outlet: Outlet;
  readonly #close: (code: CloseCode, reason: string) => void;
  #received = 0;
  #settled = 0;
  /** Not yet passed by what is settled, and not to be told of then: refused, or not counted. */
  readonly #untold = new Set<number>();
  /** SyncStep1s of ours, beyond those of the client, that it has yet to answer. */
  #questions = 0;

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
  }

  /** The client sent a SyncStep1, which ours will answer. */
  asks(): void {
    this.#questions--;
  }

  /**
   * Counts a SyncStep2 or update. A Hocuspocus client expects to be told of each update, and of
   * one SyncStep2 for each SyncStep1 of its own: told of the answer to a question of ours as well,
   * it would believe an edit to be safe that is not.
   * @returns its number, from 1
   */
  number(kind: UpdateKind): number {
    this.#received++;
    if (kind === "step2" && this.#questions > 0) {
      this.#questions--;
      this.#untold.add(this.#received);
    }
    return this.#received;
  }

  sync(kind: SyncKind, bytes: Uint8Array, states: StateFrames): void {
    if (kind === "step1") this.#questions++;
    this.outlet.sendFramesPaced(() => states.frame(kind, bytes, this.voice));
  }

  awareness(update: Uint8Array): void {
    this.outlet.sendAwareness(frameMessage(encodeAwarenessMessage(update, this.voice.prefix)));
  }

  settled(number: number): void {
    if (number <= this.#settled) return;
    let count = number - this.#settled;
    for (const untold of this.#untold) {
      if (untold > number) continue;
      this.#untold.delete(untold);
      count--;
    }
    this.#settled = number;
    const messages = this.voice.settled(number, count);
    if (messages.length > 0) this.outlet.send(frameMessages(messages));
  }

  /**
   * Says that a message was not taken. A client that cannot be told so is closed, for it would
   * go on believing in its edit; but not for a SyncStep2 that it sent without being asked to
   * write, for then it could not even read.
   */
  refused(number: number, kind: UpdateKind, { code, reason }: Refusal): void {
    if (this.voice.acknowledges) {
      this.#untold.add(number);
      this.outlet.send(frameMessage(this.voice.refused(number, reason)));
    } else if (kind === "update" || code !== CloseCode.forbidden) {
      this.close(code, reason);
    }
  }

  close(code: CloseCode, reason: string): void {
    this.#close(code, reason);
  }
}
