import {
  type ClientMessage,
  CloseCode,
  type Dialect,
  decodeClientMessage,
  decodeRoomPath,
  detectDialect,
  MalformedError,
  parseAddress,
  parseRoomName,
  Reader,
  type RoomName,
  readAddressBytes,
} from "@homeroom/protocol";
import type { Socket } from "../ports.js";
import { TokenBucket } from "../token-bucket.js";
import { AuthError, type Identity } from "./authenticator.js";
import { Outlet, type OutletOwner } from "./outlet.js";
import { Seat, type SeatContext, type SeatOwner } from "./seat.js";
import { hocuspocusVoice, type Voice, yWebsocketVoice } from "./voice.js";

/** What the client's HTTP request said. */
export interface ConnectionRequest {
  /** The path without its leading slash, still percent-encoded. */
  readonly path: string;
  readonly token: string | null;
  /** Whether it asked to be told what is durable (`?ack=1`). */
  readonly acknowledgements: boolean;
  /** The client's network address, for the log. */
  readonly address: string;
}

/** One client's WebSocket, as whoever owns the socket drives it. */
export interface EdgeConnection {
  readonly id: string;
  /** One complete binary message. */
  receive(message: Uint8Array): void;
  /** The socket is gone. */
  closed(): void;
}

/** What makes us work or answer much counts as a tenth of a second's messages. */
const COSTLY_SHARE = 10;
const COSTLY: ReadonlySet<ClientMessage["type"]> = new Set([
  "step1",
  "step2",
  "queryAwareness",
  "auth",
]);

/**
 * One socket. Its first message fixes the dialect; then a y-websocket client sits in the one room
 * that its URL names, and a Hocuspocus client in as many as its messages address.
 */
export class Connection implements EdgeConnection, SeatOwner, OutletOwner {
  readonly id: string;
  readonly outlet: Outlet;
  readonly #request: ConnectionRequest;
  readonly #context: SeatContext;
  readonly #bucket: TokenBucket;
  readonly #openedAt: number;
  readonly #gone: () => void;
  #dialect: Dialect | null = null;
  /** The check of the token that came with the URL. */
  #identity: Promise<Identity> | null = null;
  /** By address; a y-websocket client has one, under the empty address. */
  readonly #seats = new Map<string, Seat>();
  #queuedBytes = 0;
  #queuedMessages = 0;
  #idleTicks = 0;

  constructor(options: {
    id: string;
    socket: Socket;
    request: ConnectionRequest;
    context: SeatContext;
    /** The connection has no seats any more. */
    gone: () => void;
  }) {
    const { context } = options;
    const { maxMessagesPerSecond, burstSeconds } = context.limits;
    this.id = options.id;
    const { limits, meter } = context;
    this.outlet = new Outlet({ socket: options.socket, limits, meter, owner: this });
    this.#request = options.request;
    this.#context = context;
    this.#gone = options.gone;
    this.#openedAt = context.clock.monotonic();
    this.#bucket = new TokenBucket(
      maxMessagesPerSecond,
      maxMessagesPerSecond * burstSeconds,
      this.#openedAt,
    );
  }

  /**
   * Checks a token that came with the URL before anything is said, so that a client that waits
   * for us to speak first hears of it too.
   */
  async checkToken(): Promise<void> {
    const room = decodeRoomPath(this.#request.path);
    const { token } = this.#request;
    if (token === null || room === null) return;
    this.#identity = (async () => await this.#context.authenticator.authenticate(token))();
    try {
      const identity = await this.#identity;
      if (this.#dialect !== null || identity.accessTo(room) !== null) return;
      this.#context.meter.refused("forbidden");
      this.close(CloseCode.forbidden, "this token does not open this room");
    } catch (error) {
      // Anything else is for the seat to deal with, once somebody speaks or has spoken.
      if (this.#dialect !== null) return;
      if (!(error instanceof AuthError) || error.code === "UNAVAILABLE") return;
      this.#context.meter.refused("token");
      this.close(CloseCode.unauthenticated, error.message);
    }
  }

  receive(message: Uint8Array): void {
    if (this.outlet.closed) return;
    try {
      this.#dispatch(message);
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      this.#context.meter.refused("malformed");
      this.close(CloseCode.malformed, error.message);
    }
  }

  closed(): void {
    this.outlet.end();
    this.#leave();
  }

  queue(bytes: number): boolean {
    const { maxQueuedBytes, maxQueuedMessages } = this.#context.limits;
    if (this.#queuedBytes + bytes > maxQueuedBytes) return false;
    if (this.#queuedMessages >= maxQueuedMessages) return false;
    this.#queuedBytes += bytes;
    this.#queuedMessages++;
    return true;
  }

  dequeue(bytes: number): void {
    this.#queuedBytes -= bytes;
    this.#queuedMessages--;
  }

  /**
   * A socket with other rooms on it stays open for what concerns this room alone. What is over
   * soon closes it all the same: a Hocuspocus client comes back only with its socket.
   */
  end(seat: Seat, code: CloseCode, reason: string): void {
    const forThisRoom = code === CloseCode.internal || (code >= 4400 && code < 4500);
    if (this.#seats.size <= 1 || !forThisRoom) {
      this.close(code, reason);
      return;
    }
    seat.sayEnded(code, reason);
    this.#remove(seat);
  }

  close(code: CloseCode, reason: string): void {
    if (!this.outlet.closed) {
      const { id: connection } = this;
      this.#context.logger.info({ connection, code, reason }, "connection closed by us");
      this.outlet.close(code, reason);
    }
    this.#leave();
  }

  /** Looks at the time; called every `tickMs`. */
  tick(tickMs: number): void {
    const { clock, limits } = this.#context;
    if (this.#dialect === null && clock.monotonic() - this.#openedAt > limits.authTimeoutMs) {
      this.close(CloseCode.unauthenticated, "nothing was said in time");
      return;
    }
    for (const seat of this.#seats.values()) seat.tick();
    this.#idleTicks = this.outlet.takeActivity() ? 0 : this.#idleTicks + 1;
    if (this.#idleTicks * tickMs >= limits.keepAliveMs) {
      for (const seat of this.#seats.values()) seat.keepAlive();
    }
  }

  #dispatch(message: Uint8Array): void {
    this.#dialect ??= detectDialect(message);
    const reader = new Reader(message);
    const address = this.#dialect === "y-websocket" ? NO_ADDRESS : readAddressBytes(reader);
    const decoded = decodeClientMessage(reader, this.#dialect);
    // Latin-1, because it is the cheapest key that tells all byte strings apart.
    const key = latin1(address);
    const known = this.#seats.get(key) ?? null;
    const { maxMessagesPerSecond } = this.#context.limits;
    const cost = isCostly(decoded, known) ? maxMessagesPerSecond / COSTLY_SHARE : 1;
    if (!this.#bucket.take(cost, this.#context.clock.monotonic())) {
      this.#context.meter.refused("rate");
      this.close(CloseCode.limited, "too many messages");
      return;
    }
    const seat = known ?? this.#newcomer(key, address);
    if (!seat) return;
    if (decoded.type === "auth") seat.authenticate(decoded.token);
    else if (decoded.type === "close") this.#remove(seat);
    else seat.receive(decoded, message.length);
  }

  #newcomer(key: string, addressBytes: Uint8Array): Seat | null {
    return this.#dialect === "y-websocket" ? this.#sitDown(key) : this.#sitAt(key, addressBytes);
  }

  /** A y-websocket client in the room of its URL. */
  #sitDown(key: string): Seat | null {
    const room = decodeRoomPath(this.#request.path);
    if (!room) return this.#badRoom();
    const voice = yWebsocketVoice(this.#request.acknowledgements);
    const seat = this.#newSeat(key, room, voice);
    seat.authenticate(this.#request.token, this.#identity);
    return seat;
  }

  /** A Hocuspocus client in a room that it addresses for the first time. */
  #sitAt(key: string, addressBytes: Uint8Array): Seat | null {
    const address = parseAddress(addressBytes);
    const room = parseRoomName(address.room);
    if (!room) return this.#badRoom();
    if (this.#seats.size >= this.#context.limits.maxRoomsPerSocket) {
      this.#context.meter.refused("connections");
      this.close(CloseCode.limited, "too many rooms on one socket");
      return null;
    }
    return this.#newSeat(key, room, hocuspocusVoice(address.prefix, key));
  }

  #badRoom(): null {
    this.#context.meter.refused("room-name");
    this.close(CloseCode.malformed, "not a room name");
    return null;
  }

  #newSeat(key: string, room: RoomName, voice: Voice): Seat {
    const seat = new Seat(room, voice, this, this.#context);
    this.#seats.set(key, seat);
    return seat;
  }

  #remove(seat: Seat): void {
    for (const [key, each] of this.#seats) {
      if (each === seat) this.#seats.delete(key);
    }
    seat.leave();
  }

  #leave(): void {
    for (const seat of this.#seats.values()) seat.leave();
    this.#seats.clear();
    this.#gone();
  }
}

/** What a reader sends is compared with all that the document holds. */
const isCostly = ({ type }: ClientMessage, seat: Seat | null): boolean =>
  COSTLY.has(type) || (type === "update" && seat?.readOnly === true);

const NO_ADDRESS = new Uint8Array(0);

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
