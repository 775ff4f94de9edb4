import {
  type CloseCode,
  encodeHomeFrame,
  type HomeFrame,
  type LinkWriter,
  type RoomName,
  type RouterFrame,
} from "@homeroom/protocol";
import type {
  Audience,
  HomeChannel,
  Homes,
  Refusal,
  RoomOwner,
  SessionId,
  SyncKind,
  UpdateKind,
} from "@homeroom/room";
import type { LinkServerLimits } from "./limits.js";

export interface LinkChannelOptions {
  readonly channel: number;
  readonly room: RoomName;
  readonly homes: Homes;
  readonly writer: LinkWriter;
  readonly limits: LinkServerLimits;
  /** Those of this link that were asked for states while much was waiting already. */
  readonly asked: Set<LinkChannel>;
  /** The channel is over. */
  readonly over: () => void;
  /** So much waits for the router that this channel gives up. */
  readonly overflowed: () => void;
}

type ChannelFrame = Exclude<RouterFrame, { readonly type: "hello" | "open" }>;

/** The sessions that one router has in one room: the seam between edge and home, as frames. */
export class LinkChannel implements Audience {
  readonly #options: LinkChannelOptions;
  readonly #home: HomeChannel;
  /** States that were asked for while much was waiting already. */
  readonly #asking = new Map<SessionId, Uint8Array>();
  #over = false;

  constructor(options: LinkChannelOptions) {
    this.#options = options;
    this.#home = options.homes.subscribe(options.room, this);
  }

  // — From the router ————————————————————————————————————————————————————

  receive(frame: ChannelFrame): void {
    if (this.#over) return;
    switch (frame.type) {
      case "join":
        // Acknowledged always: the router keeps what is not settled, to say it again elsewhere.
        this.#home.join(frame.session, frame.access, true);
        return;
      case "resume":
        this.#home.resume(frame.upTo);
        return;
      case "step1":
        this.#asking.set(frame.session, frame.stateVector);
        this.progress();
        return;
      case "update":
        this.#home.update(frame.session, frame.number, frame.kind, frame.update);
        return;
      case "awareness":
        this.#home.awareness(frame.session, frame.update);
        return;
      case "query":
        this.#home.queryAwareness(frame.session);
        return;
      case "leave":
        this.#asking.delete(frame.session);
        this.#home.leave(frame.session);
        return;
      case "shut":
        this.shut();
        return;
    }
  }

  /** Some of what waited for the router has left: there is room for the next state. */
  progress(): void {
    const { asked } = this.#options;
    for (const [session, stateVector] of this.#asking) {
      if (this.#congested) {
        asked.add(this);
        return;
      }
      this.#asking.delete(session);
      this.#home.syncStep1(session, stateVector);
    }
    asked.delete(this);
  }

  /** Ends the subscription, and says so to the home alone. */
  shut(): void {
    if (this.#over) return;
    this.#end();
    this.#home.unsubscribe();
  }

  /** The room goes on, but not over this channel: the router finds its home anew. */
  giveUp(): void {
    this.#say({ type: "moved", channel: this.#channel, to: null, upTo: null });
    this.shut();
  }

  // — From the home ——————————————————————————————————————————————————————

  opened(epoch: number): void {
    this.#say({ type: "opened", channel: this.#channel, epoch });
  }

  broadcastUpdate(update: Uint8Array, except: SessionId | null): void {
    this.#say({ type: "update", channel: this.#channel, except, update });
  }

  broadcastAwareness(update: Uint8Array): void {
    if (!this.#congested) this.#say({ type: "awareness", channel: this.#channel, update });
  }

  sync(session: SessionId, kind: SyncKind, bytes: Uint8Array): void {
    this.#say({ type: "sync", channel: this.#channel, session, kind, bytes });
  }

  awareness(session: SessionId, update: Uint8Array): void {
    // For whoever comes into a crowd; others keep telling of themselves anyway.
    if (this.#congested) return;
    this.#say({ type: "awarenessTo", channel: this.#channel, session, update });
  }

  settled(session: SessionId, number: number): void {
    this.#say({ type: "settled", channel: this.#channel, session, number });
  }

  refused(session: SessionId, number: number, kind: UpdateKind, why: Refusal): void {
    this.#say({ type: "refused", channel: this.#channel, session, number, kind, ...why });
  }

  probe(session: SessionId): void {
    this.#say({ type: "probe", channel: this.#channel, session });
  }

  close(session: SessionId | "all", code: CloseCode, reason: string): void {
    const closing = session === "all" ? null : session;
    this.#say({ type: "closed", channel: this.#channel, session: closing, code, reason });
    if (session === "all") this.#end();
  }

  moved(to: RoomOwner | null, upTo: Uint8Array | null): void {
    this.#say({ type: "moved", channel: this.#channel, to, upTo });
    this.#end();
  }

  get #channel(): number {
    return this.#options.channel;
  }

  get #congested(): boolean {
    const { writer, limits } = this.#options;
    return writer.waiting(this.#channel) > limits.softBufferBytes;
  }

  #say(frame: HomeFrame): void {
    if (this.#over) return;
    const { writer, limits, overflowed } = this.#options;
    writer.push(this.#channel, encodeHomeFrame(frame));
    if (writer.waiting(this.#channel) <= limits.maxChannelBytes) return;
    overflowed();
    // What its sessions lack then is the document at the most.
    writer.drop(this.#channel);
    this.giveUp();
  }

  #end(): void {
    this.#over = true;
    this.#asking.clear();
    this.#options.asked.delete(this);
    this.#options.over();
  }
}
