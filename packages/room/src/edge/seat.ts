import {
  type ClientMessage,
  CloseCode,
  EMPTY_AWARENESS,
  EMPTY_UPDATE,
  encodeAwarenessMessage,
  frameMessage,
  type RoomName,
} from "@homeroom/protocol";
import type { Access, SessionId } from "../homes.js";
import type { Clock, Logger, Meter } from "../ports.js";
import { AuthError, type Authenticator, type Identity } from "./authenticator.js";
import type { EdgeLimits } from "./edge-limits.js";
import type { Outlet } from "./outlet.js";
import type { RoomAudience } from "./room-audience.js";
import { Session } from "./session.js";
import type { Voice } from "./voice.js";

/** What a seat needs of the edge that it belongs to. */
export interface SeatContext {
  readonly authenticator: Authenticator;
  readonly limits: EdgeLimits;
  readonly clock: Clock;
  readonly meter: Meter;
  readonly logger: Logger;
  /** The sessions of this edge in a room, subscribed on first use. */
  audience(room: RoomName): RoomAudience;
  nextSessionId(): SessionId;
}

/** What a seat needs of its connection. */
export interface SeatOwner {
  readonly outlet: Outlet;
  /** For the log. */
  readonly id: string;
  /** Takes a message into the connection's one queue. @returns false where it is full */
  queue(bytes: number): boolean;
  dequeue(bytes: number): void;
  /** The seat cannot go on. */
  end(seat: Seat, code: CloseCode, reason: string): void;
}

type State =
  /** Messages wait until a token has come and has been checked. */
  | { readonly name: "waiting"; readonly since: number; readonly queue: Queued[] }
  | {
      readonly name: "joined";
      readonly session: Session;
      readonly audience: RoomAudience;
      readonly access: Access;
      expiresAt: number | null;
    }
  /** The token was refused. A Hocuspocus client may send another one. */
  | { readonly name: "denied" }
  | { readonly name: "left" };

interface Queued {
  readonly message: ClientMessage;
  readonly bytes: number;
}

/** A client's place in one room: waits for a token, joins, and hands its messages to the home. */
export class Seat {
  readonly room: RoomName;
  readonly #voice: Voice;
  readonly #context: SeatContext;
  readonly #owner: SeatOwner;
  #state: State;
  /** Tokens that are being checked. */
  #checks = 0;

  constructor(room: RoomName, voice: Voice, owner: SeatOwner, context: SeatContext) {
    this.room = room;
    this.#voice = voice;
    this.#owner = owner;
    this.#context = context;
    this.#state = { name: "waiting", since: context.clock.monotonic(), queue: [] };
  }

  /**
   * Checks a token and joins; a second token of the same rights prolongs the session.
   * `underWay`: the check, where it has begun already.
   */
  authenticate(token: string | null, underWay: Promise<Identity> | null = null): void {
    try {
      const identity = underWay ?? this.#context.authenticator.authenticate(token);
      if (identity instanceof Promise) {
        this.#checks++;
        identity
          .finally(() => this.#checks--)
          .then(
            (known) => this.#admit(known),
            (error: unknown) => this.#refuse(error),
          );
      } else {
        this.#admit(identity);
      }
    } catch (error) {
      this.#refuse(error);
    }
  }

  /** Whether its client has joined and may not write. */
  get readOnly(): boolean {
    return this.#state.name === "joined" && this.#state.access !== "write";
  }

  /** A decoded message of `bytes` bytes. */
  receive(message: ClientMessage, bytes: number): void {
    const state = this.#state;
    switch (state.name) {
      case "joined":
        this.#deliver(state.session, state.audience, message, bytes);
        break;
      case "waiting":
        if (this.#owner.queue(bytes)) state.queue.push({ message, bytes });
        else this.#owner.end(this, CloseCode.limited, "too much before authentication");
        break;
      case "denied":
      case "left":
        break;
    }
  }

  /** Looks at the time; called every second or so. */
  tick(): void {
    const { clock, limits } = this.#context;
    const state = this.#state;
    if (state.name === "waiting" && clock.monotonic() - state.since > limits.authTimeoutMs) {
      if (this.#checks > 0) this.#owner.end(this, CloseCode.overloaded, CANNOT_CHECK);
      else this.#owner.end(this, CloseCode.unauthenticated, "no valid token in time");
    } else if (state.name === "joined") {
      state.session.tick();
      if (state.expiresAt === null || state.expiresAt > clock.now()) return;
      this.#context.meter.refused("token");
      this.#owner.end(this, CloseCode.unauthenticated, "token expired");
    }
  }

  /** Sends a data frame that changes nothing: stock clients close after 30 s without any. */
  keepAlive(): void {
    this.#say(encodeAwarenessMessage(EMPTY_AWARENESS, this.#voice.prefix));
  }

  /** Says what the client has to hear when only this seat ends. */
  sayEnded(code: CloseCode, reason: string): void {
    const denied = code === CloseCode.unauthenticated || code === CloseCode.forbidden;
    this.#say(denied ? this.#voice.denied(reason) : null);
    this.#say(this.#voice.ended(reason));
  }

  leave(): void {
    const state = this.#state;
    this.#state = { name: "left" };
    if (state.name === "waiting") for (const { bytes } of state.queue) this.#owner.dequeue(bytes);
    if (state.name !== "joined") return;
    state.audience.leave(state.session);
    const { room } = this;
    this.#context.logger.info(
      { connection: this.#owner.id, session: state.session.id, room },
      "session left",
    );
  }

  #admit(identity: Identity): void {
    const granted = identity.accessTo(this.room);
    if (granted === null) {
      this.#context.meter.refused("forbidden");
      this.#deny(CloseCode.forbidden, "this token does not open this room");
      return;
    }
    const access = granted === "admin" ? "write" : granted;
    const state = this.#state;
    switch (state.name) {
      case "left":
        return;
      case "joined":
        if (state.access === access) {
          state.expiresAt = identity.expiresAt;
          this.#say(this.#voice.welcome(access !== "write"));
        } else {
          this.#owner.end(this, CloseCode.leaving, "access has changed");
        }
        return;
      case "denied":
        this.#join(access, identity, []);
        return;
      case "waiting":
        this.#join(access, identity, state.queue);
    }
  }

  #join(access: Access, identity: Identity, queue: readonly Queued[]): void {
    this.#say(this.#voice.welcome(access !== "write"));
    if (this.#owner.outlet.closed) return;
    const audience = this.#context.audience(this.room);
    const session = new Session({
      id: this.#context.nextSessionId(),
      room: this.room,
      access,
      voice: this.#voice,
      outlet: this.#owner.outlet,
      close: (code, reason) => this.#owner.end(this, code, reason),
    });
    const { expiresAt, subject } = identity;
    this.#state = { name: "joined", session, audience, access, expiresAt };
    this.#context.logger.info(
      { connection: this.#owner.id, session: session.id, room: this.room, access, subject },
      "session joined",
    );
    audience.join(session);
    for (const { message, bytes } of queue) {
      this.#owner.dequeue(bytes);
      this.receive(message, bytes);
    }
  }

  #refuse(error: unknown): void {
    const known = error instanceof AuthError;
    if (!known) this.#context.logger.error({ err: error }, "authentication failed unexpectedly");
    if (!known || error.code === "UNAVAILABLE") {
      this.#owner.end(this, CloseCode.overloaded, CANNOT_CHECK);
      return;
    }
    this.#context.meter.refused("token");
    this.#deny(CloseCode.unauthenticated, error.message);
  }

  /** A Hocuspocus client stops on the message, and would come back after a close. */
  #deny(code: CloseCode, reason: string): void {
    if (this.#state.name === "left") return;
    const denied = this.#voice.denied(reason);
    if (!denied) {
      this.#owner.end(this, code, reason);
      return;
    }
    this.#say(denied);
    if (this.#state.name === "joined") this.#state.audience.leave(this.#state.session);
    this.#state = { name: "denied" };
  }

  #deliver(session: Session, audience: RoomAudience, message: ClientMessage, bytes: number): void {
    const { channel } = audience;
    const tooLarge = bytes > this.#context.limits.maxMessageBytes;
    switch (message.type) {
      case "step2":
      case "update": {
        const number = session.number(message.type, message.update);
        if (tooLarge) {
          this.#context.meter.refused("too-large");
          session.refused(number, message.type, MESSAGE_TOO_LARGE);
          // Keeps the count at the home, which settles in order.
          channel.update(session.id, number, "update", EMPTY_UPDATE);
        } else {
          channel.update(session.id, number, message.type, message.update);
        }
        return;
      }
    }
    if (tooLarge) {
      session.close(CloseCode.tooLarge, MESSAGE_TOO_LARGE.reason);
      return;
    }
    switch (message.type) {
      case "step1":
        session.asks(message.stateVector);
        session.outlet.afterPaced(session, () => {
          channel.syncStep1(session.id, message.stateVector);
        });
        break;
      case "awareness":
        channel.awareness(session.id, message.update);
        break;
      case "queryAwareness":
        channel.queryAwareness(session.id);
        break;
      case "auth":
      case "close":
      case "stateless":
        // The connection has dealt with the first two; nobody here listens to the third.
        break;
    }
  }

  #say(message: Uint8Array | null): void {
    if (message) this.#owner.outlet.send(frameMessage(message));
  }
}

const CANNOT_CHECK = "tokens cannot be checked now";
const MESSAGE_TOO_LARGE = { code: CloseCode.tooLarge, reason: "message too large" } as const;
