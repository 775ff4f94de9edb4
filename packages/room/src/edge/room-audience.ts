import {
  CloseCode,
  encodeAwarenessMessage,
  encodeSyncHead,
  frameMessage,
  type RoomName,
} from "@homeroom/protocol";
import type {
  Audience,
  HomeChannel,
  Homes,
  Refusal,
  SessionId,
  SyncKind,
  UpdateKind,
} from "../homes.js";
import type { Meter } from "../ports.js";
import type { Session } from "./session.js";

/**
 * The sessions that this edge has in one room. It subscribes to the room once, and what the home
 * says to all it frames once for all who speak alike.
 */
export class RoomAudience implements Audience {
  readonly room: RoomName;
  readonly #meter: Meter;
  readonly #channel: HomeChannel;
  readonly #sessions = new Map<SessionId, Session>();
  readonly #emptied: () => void;

  constructor(options: {
    room: RoomName;
    homes: Homes;
    meter: Meter;
    emptied: () => void;
  }) {
    this.room = options.room;
    this.#meter = options.meter;
    this.#emptied = options.emptied;
    this.#channel = options.homes.subscribe(options.room, this);
  }

  get channel(): HomeChannel {
    return this.#channel;
  }

  join(session: Session): void {
    this.#sessions.set(session.id, session);
    this.#channel.join(session.id, session.access, session.voice.acknowledges);
  }

  leave(session: Session): void {
    if (!this.#sessions.delete(session.id)) return;
    session.leave();
    this.#channel.leave(session.id);
    if (this.#sessions.size > 0) return;
    this.#channel.unsubscribe();
    this.#emptied();
  }

  opened(): void {
    for (const session of this.#sessions.values()) session.opened();
  }

  broadcastUpdate(update: Uint8Array, except: SessionId | null): void {
    const frames = new Frames((prefix) =>
      frameMessage(encodeSyncHead("update", update.length, prefix), update),
    );
    let deliveries = 0;
    for (const session of this.#sessions.values()) {
      if (session.id === except) continue;
      session.update(frames.for(session));
      deliveries++;
    }
    this.#meter.broadcast(update.length, deliveries);
  }

  broadcastAwareness(update: Uint8Array): void {
    const frames = new Frames((prefix) => frameMessage(encodeAwarenessMessage(update, prefix)));
    for (const session of this.#sessions.values()) {
      session.outlet.sendAwareness(frames.for(session));
    }
  }

  sync(session: SessionId, kind: SyncKind, bytes: Uint8Array): void {
    this.#sessions.get(session)?.sync(kind, bytes);
  }

  awareness(session: SessionId, update: Uint8Array): void {
    this.#sessions.get(session)?.awareness(update);
  }

  settled(session: SessionId, number: number): void {
    this.#sessions.get(session)?.settled(number);
  }

  refused(session: SessionId, number: number, kind: UpdateKind, why: Refusal): void {
    this.#sessions.get(session)?.refused(number, kind, why);
  }

  probe(session: SessionId): void {
    this.#sessions.get(session)?.outlet.probe();
  }

  close(session: SessionId | "all", code: CloseCode, reason: string): void {
    const closing = session === "all" ? [...this.#sessions.keys()] : [session];
    for (const id of closing) this.#sessions.get(id)?.close(code, reason);
  }

  /** These clients are connected straight to the home: they come back to the address they know. */
  moved(): void {
    this.close("all", CloseCode.leaving, "the room has moved");
  }
}

/** One message, framed once for each way of speaking. */
class Frames {
  readonly #frame: (prefix: Uint8Array) => Uint8Array;
  readonly #frames = new Map<string, Uint8Array>();

  constructor(frame: (prefix: Uint8Array) => Uint8Array) {
    this.#frame = frame;
  }

  for({ voice }: Session): Uint8Array {
    let frame = this.#frames.get(voice.key);
    if (!frame) {
      frame = this.#frame(voice.prefix);
      this.#frames.set(voice.key, frame);
    }
    return frame;
  }
}
