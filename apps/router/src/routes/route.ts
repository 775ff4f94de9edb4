import { CloseCode, MalformedError, type RoomName } from "@homeroom/protocol";
import type {
  Access,
  Audience,
  HomeChannel,
  RoomOwner,
  SessionId,
  Timer,
  UpdateKind,
} from "@homeroom/room";
import type { ChannelFrame, ChannelHandler, RouteLink } from "./link-client.js";
import type { RouteMeter } from "./meter.js";
import { Passengers } from "./passengers.js";
import { nextRouteState, type RouteEvent, type RouteStateName } from "./route-state.js";
import { Search, type SearchContext } from "./search.js";
import type { Budget } from "./unsettled.js";

export interface RouteContext extends SearchContext {
  readonly meter: RouteMeter;
  readonly budget: Budget;
  /** A home says that it serves the room. */
  served(room: RoomName, owner: RoomOwner): void;
}

type State = { readonly name: "finding" | "gone" } | Line;

/** Frames go to a node; and perhaps it is the room's home. */
type Line =
  | {
      readonly name: "opening";
      readonly link: RouteLink;
      readonly channel: number;
      readonly deadline: Timer;
      /** It is known whether the room is at home there. */
      readonly decided: () => void;
    }
  | {
      readonly name: "attached";
      readonly link: RouteLink;
      readonly channel: number;
      readonly owner: RoomOwner;
    };

/**
 * The way from this router's sessions in a room to the room's home, wherever that is right now. The
 * sessions do not notice when it moves or dies: what they say meanwhile waits, what is not settled
 * is said again to the next home, and that one gives them what they lack.
 */
export class Route implements HomeChannel, ChannelHandler {
  readonly room: RoomName;
  readonly #context: RouteContext;
  readonly #gone: () => void;
  readonly #passengers: Passengers;
  readonly #search: Search;
  /** Null once it has unsubscribed. */
  #audience: Audience | null;
  #state: State = { name: "finding" };
  /** Whether any home has served these sessions; and what they are known to have of it. */
  #served = false;
  #upTo: Uint8Array | null = null;
  /** The highest that any home has named: one with a lower epoch has lost the room. */
  #epoch = 0;

  constructor(room: RoomName, audience: Audience, context: RouteContext, gone: () => void) {
    this.room = room;
    this.#audience = audience;
    this.#context = context;
    this.#gone = gone;
    const { clock, limits, budget } = context;
    const { lingerMs, maxUnsettledBytes } = limits;
    this.#passengers = new Passengers({
      ...{ clock, lingerMs, maxUnsettledBytes, budget },
      gaveUp: (session) => {
        context.logger.warn({ room, session }, "edits of a session that left are not durable");
        this.#remove(session);
      },
    });
    this.#search = new Search({
      room,
      context,
      found: (link) => this.#open(link),
      failed: (cause) => this.#giveUp(cause),
    });
    context.meter.routeState(null, this.#state.name);
    this.#search.begin(null);
  }

  get state(): RouteStateName {
    return this.#state.name;
  }

  /** The room's home, null while there is none. */
  get owner(): RoomOwner | null {
    return this.#state.name === "attached" ? this.#state.owner : null;
  }

  get weight(): number {
    return this.#passengers.size;
  }

  // — From the edge ——————————————————————————————————————————————————————

  join(session: SessionId, access: Access, acknowledged: boolean): void {
    this.#passengers.join(session, access, acknowledged);
    const line = this.#line;
    line?.link.send({ type: "join", channel: line.channel, session, access });
  }

  syncStep1(session: SessionId, stateVector: Uint8Array): void {
    if (!this.#passengers.has(session)) return;
    this.#passengers.ask(session, stateVector);
    const line = this.#line;
    line?.link.send({ type: "step1", channel: line.channel, session, stateVector });
  }

  update(session: SessionId, number: number, kind: UpdateKind, update: Uint8Array): void {
    const { unsettled } = this.#passengers;
    if (!this.#passengers.has(session)) return;
    if (unsettled.full) {
      this.#context.meter.refused("backlog");
      const reason = "too many edits wait for the room's home";
      this.#audience?.close(session, CloseCode.overloaded, reason);
      return;
    }
    unsettled.add(session, number, kind, update);
    const line = this.#line;
    line?.link.send({ type: "update", channel: line.channel, session, number, kind, update });
  }

  awareness(session: SessionId, update: Uint8Array): void {
    if (!this.#passengers.has(session)) return;
    try {
      const news = this.#passengers.presences.said(session, update);
      if (news) this.#tellPresence(session, news);
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      this.#context.meter.refused("malformed");
      this.#audience?.close(session, CloseCode.malformed, error.message);
    }
  }

  queryAwareness(session: SessionId): void {
    const line = this.#line;
    line?.link.send({ type: "query", channel: line.channel, session });
  }

  leave(session: SessionId): void {
    const passengers = this.#passengers;
    if (!passengers.has(session) || passengers.lingers(session)) return;
    const absence = passengers.presences.leave(session);
    if (!passengers.unsettled.has(session)) {
      this.#remove(session);
      return;
    }
    if (absence) this.#tellPresence(session, absence);
    passengers.linger(session);
  }

  /** The route lasts until what its sessions sent is settled. */
  unsubscribe(): void {
    this.#audience = null;
    for (const session of this.#passengers.sessions) this.leave(session);
    this.#endIfDeserted();
  }

  /** Only a home is resumed at; an edge has no other one. */
  resume(): void {}

  /** Ends the route, whatever it still holds. */
  end(): void {
    const state = this.#state;
    if (state.name === "gone") return;
    this.#become("ended", { name: "gone" });
    if (state.name === "opening" || state.name === "attached") this.#letGo(state);
    this.#search.stop();
    this.#passengers.clear();
    this.#context.meter.routeState("gone", null);
    this.#gone();
  }

  // — From the home ——————————————————————————————————————————————————————

  receive(frame: ChannelFrame): void {
    if (this.#line?.channel !== frame.channel) return;
    const audience = this.#audience;
    switch (frame.type) {
      case "opened":
        this.#opened(frame.epoch);
        return;
      case "update":
        audience?.broadcastUpdate(frame.update, frame.except);
        return;
      case "awareness":
        this.#passengers.presences.heard(frame.update);
        audience?.broadcastAwareness(frame.update);
        return;
      case "sync":
        if (frame.kind === "step2") this.#passengers.answered(frame.session);
        audience?.sync(frame.session, frame.kind, frame.bytes);
        return;
      case "awarenessTo":
        this.#passengers.presences.heard(frame.update);
        audience?.awareness(frame.session, frame.update);
        return;
      case "settled":
        this.#settled(frame.session, frame.number);
        return;
      case "refused": {
        const { session, number, kind, code, reason } = frame;
        this.#passengers.unsettled.refuse(session, number);
        audience?.refused(session, number, kind, { code, reason });
        return;
      }
      case "probe":
        audience?.probe(frame.session);
        return;
      case "closed":
        this.#closed(frame.session, frame.code, frame.reason);
        return;
      case "moved":
        this.#part(frame.to, frame.upTo);
        return;
    }
  }

  lost(): void {
    this.#part(null);
  }

  // — Finding a home —————————————————————————————————————————————————————

  /** Asks the node at the other end to serve the room. @returns once it is known whether it does */
  #open(link: RouteLink): Promise<void> {
    return new Promise((decided) => {
      const channel = link.open(this);
      const deadline = this.#context.clock.after(this.#context.limits.openTimeoutMs, () => {
        this.#part(null);
      });
      this.#become("linked", { name: "opening", link, channel, deadline, decided });
      link.send({ type: "open", channel, room: this.room });
      this.#introduce(link, channel);
    });
  }

  #introduce(link: RouteLink, channel: number): void {
    const resume = this.#served ? { upTo: this.#upTo } : null;
    const replayed = this.#passengers.introduce(channel, (saying) => link.send(saying), resume);
    if (this.#served) this.#context.meter.replayed(replayed);
  }

  #opened(epoch: number): void {
    if (this.#state.name !== "opening") return;
    if (epoch < this.#epoch) {
      // It does not know yet that it lost the room.
      this.#part(null);
      return;
    }
    const { link, channel, deadline, decided } = this.#state;
    const owner = { ...link.target, epoch };
    deadline.cancel();
    this.#epoch = epoch;
    this.#become("opened", { name: "attached", link, channel, owner });
    this.#context.served(this.room, owner);
    const gap = this.#search.attached();
    if (this.#served) {
      this.#context.meter.rehomed(gap);
      this.#context.logger.info({ room: this.room, owner, gap }, "room has a new home");
    }
    this.#served = true;
    this.#upTo = null;
    decided();
    this.#audience?.opened(epoch);
  }

  /** This home serves the room no more, or not now. */
  #part(to: RoomOwner | null, upTo: Uint8Array | null = null): void {
    const state = this.#state;
    if (state.name !== "opening" && state.name !== "attached") return;
    // A node that never served the room has not changed what the sessions have of it.
    if (state.name === "attached") this.#upTo = upTo;
    this.#become("parted", { name: "finding" });
    this.#letGo(state);
    this.#search.begin(to);
  }

  #letGo(state: Line): void {
    state.link.shut(state.channel);
    if (state.name !== "opening") return;
    state.deadline.cancel();
    state.decided();
  }

  #giveUp(cause: unknown): void {
    this.#context.meter.homeless();
    this.#context.logger.error({ room: this.room, err: cause }, "no home found in time");
    this.#closeAll(CloseCode.overloaded, "no home can be had for the room now");
  }

  #closed(session: SessionId | null, code: CloseCode, reason: string): void {
    if (session !== null) {
      // Its home expelled it: what it sent counts no more, or counts already.
      this.#passengers.unsettled.drop(session);
      this.#audience?.close(session, code, reason);
      this.#remove(session);
      return;
    }
    const opening = this.#state.name === "opening";
    const elsewhereOrLater =
      code === CloseCode.leaving || (code === CloseCode.overloaded && opening);
    if (elsewhereOrLater) this.#part(null);
    else this.#closeAll(code, reason);
  }

  #closeAll(code: CloseCode, reason: string): void {
    const audience = this.#audience;
    this.#audience = null;
    audience?.close("all", code, reason);
    this.end();
  }

  // — Passengers —————————————————————————————————————————————————————————

  #settled(session: SessionId, number: number): void {
    const passengers = this.#passengers;
    if (passengers.settle(session, number)) this.#audience?.settled(session, number);
    if (passengers.lingers(session) && !passengers.unsettled.has(session)) this.#remove(session);
  }

  #remove(session: SessionId): void {
    if (!this.#passengers.remove(session)) return;
    const line = this.#line;
    line?.link.send({ type: "leave", channel: line.channel, session });
    this.#endIfDeserted();
  }

  #endIfDeserted(): void {
    if (this.#audience === null && this.#passengers.size === 0) this.end();
  }

  #tellPresence(session: SessionId, update: Uint8Array): void {
    const line = this.#line;
    if (!line || line.link.congested(line.channel)) return;
    line.link.send({ type: "awareness", channel: line.channel, session, update });
  }

  /** Where frames go now; null where there is no home, and the next one is told by `introduce`. */
  get #line(): { readonly link: RouteLink; readonly channel: number } | null {
    const state = this.#state;
    return state.name === "opening" || state.name === "attached" ? state : null;
  }

  #become(event: RouteEvent, state: State): void {
    const from = this.#state.name;
    if (nextRouteState(from, event) !== state.name) {
      throw new Error(`a route that is ${from} does not become ${state.name} when ${event}`);
    }
    this.#context.meter.routeState(from, state.name);
    this.#state = state;
  }
}
