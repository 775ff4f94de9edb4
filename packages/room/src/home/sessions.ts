import { CloseCode, EMPTY_UPDATE, MalformedError, type RoomName } from "@homeroom/protocol";
import type { Access, Audience, SessionId, UpdateKind } from "../homes.js";
import type { RoomLimits } from "../limits.js";
import type { Clock, Logger, Meter, RefusalReason } from "../ports.js";
import type { Cursor } from "../store.js";
import { Acknowledgements } from "./acknowledgements.js";
import { type Bookmark, decodeBookmark } from "./bookmark.js";
import { Deliveries } from "./deliveries.js";
import type { RoomDocument } from "./document.js";
import type { Member } from "./member.js";
import { Presence } from "./presence.js";
import type { Sliced } from "./slices.js";

export interface SessionsOptions {
  readonly room: RoomName;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: Meter;
  readonly limits: RoomLimits;
  /** Null while the room is loading. */
  readonly document: () => RoomDocument | null;
  /** What was edited lately comes in many pieces. */
  readonly tidy: () => void;
  /** How many edits the room has published. */
  readonly position: () => number;
  /** What was broadcast after a record, null where that is not known. */
  readonly broadcastAfter: (cursor: Cursor | null) => readonly Uint8Array[] | null;
  readonly submit: (member: Member, number: number, kind: UpdateKind, bytes: Uint8Array) => void;
  readonly left: (member: Member) => void;
}

/** Who is in a room: lets them join and leave, and gives each the document that it lacks. */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #audiences = new Map<Audience, Map<SessionId, Member>>();
  readonly #presence: Presence;
  readonly #deliveries: Deliveries;
  /** Who asked for it before it was there, or before the last answer was through. */
  readonly #joining = new Map<Member, Uint8Array>();
  /** Audiences whose sessions come from another home, with what they are known to have. */
  readonly #resuming = new Map<Audience, Bookmark | null>();
  #epoch: number | null = null;
  #emptySince: number;

  constructor(options: SessionsOptions) {
    const { clock, meter, limits } = options;
    this.#options = options;
    this.#presence = new Presence({ audiences: () => this.audiences, clock, meter, limits });
    this.#deliveries = new Deliveries(clock, limits.sliceBytes);
    this.#emptySince = clock.monotonic();
  }

  get audiences(): Iterable<Audience> {
    return this.#audiences.keys();
  }

  get count(): number {
    let count = 0;
    for (const members of this.#audiences.values()) count += members.size;
    return count;
  }

  /** For how long nobody has subscribed, 0 while somebody does. Milliseconds. */
  get emptyMs(): number {
    return this.empty ? this.#options.clock.monotonic() - this.#emptySince : 0;
  }

  get empty(): boolean {
    return this.#audiences.size === 0;
  }

  subscribe(audience: Audience): void {
    this.#audiences.set(audience, new Map());
    if (this.#epoch !== null) audience.opened(this.#epoch);
  }

  unsubscribe(audience: Audience): void {
    for (const session of [...(this.#audiences.get(audience)?.keys() ?? [])]) {
      this.leave(audience, session);
    }
    this.#audiences.delete(audience);
    this.#deliveries.cancel(audience);
    this.#resuming.delete(audience);
    if (this.empty) this.#emptySince = this.#options.clock.monotonic();
  }

  /** The document is there: whoever waited for it gets it. */
  opened(epoch: number): void {
    this.#epoch = epoch;
    for (const audience of this.audiences) audience.opened(epoch);
    for (const [audience, upTo] of this.#resuming) this.#catchUp(audience, upTo);
    this.#resuming.clear();
    const joining = [...this.#joining];
    this.#joining.clear();
    for (const [member, stateVector] of joining) this.#answer(member, stateVector);
  }

  join(audience: Audience, session: SessionId, access: Access, acknowledged: boolean): void {
    const member: Member = {
      session,
      audience,
      access,
      acknowledgements: acknowledged ? new Acknowledgements() : null,
      greeted: false,
      asked: null,
      gone: false,
      banned: false,
    };
    this.#audiences.get(audience)?.set(session, member);
    this.#presence.tell(member);
  }

  leave(audience: Audience, session: SessionId): void {
    const members = this.#audiences.get(audience);
    const member = members?.get(session);
    if (!members || !member) return;
    member.gone = true;
    members.delete(session);
    this.#joining.delete(member);
    this.#deliveries.cancel(member);
    this.#presence.leave(member);
    this.#options.left(member);
  }

  resume(audience: Audience, upTo: Uint8Array | null): void {
    const known = upTo && decodeBookmark(upTo);
    if (this.#options.document()) this.#catchUp(audience, known);
    else this.#resuming.set(audience, known);
  }

  syncStep1(audience: Audience, session: SessionId, stateVector: Uint8Array): void {
    const member = this.#member(audience, session);
    if (!member) return;
    if (this.#options.document() && !this.#deliveries.isUnderWay(member)) {
      this.#answer(member, stateVector);
    } else {
      this.#joining.set(member, stateVector);
    }
  }

  update(
    audience: Audience,
    session: SessionId,
    number: number,
    kind: UpdateKind,
    bytes: Uint8Array,
  ): void {
    const member = this.#member(audience, session);
    if (member) this.#options.submit(member, number, kind, bytes);
  }

  awareness(audience: Audience, session: SessionId, update: Uint8Array): void {
    const member = this.#member(audience, session);
    if (!member) return;
    try {
      this.#presence.receive(member, update);
    } catch (error) {
      this.#malformed(member, error);
    }
  }

  queryAwareness(audience: Audience, session: SessionId): void {
    const member = this.#member(audience, session);
    if (member) this.#presence.tell(member);
  }

  /** Asks a session for what the room lacks. */
  ask(member: Member): void {
    const document = this.#options.document();
    if (member.gone || !document) return;
    const at = this.#options.clock.monotonic();
    const times = (member.asked?.times ?? 0) + 1;
    member.asked = { at, position: this.#options.position(), times };
    member.audience.sync(member.session, "step1", document.stateVector());
  }

  expel(member: Member, code: CloseCode, reason: string, why: RefusalReason): void {
    const { meter, logger, room } = this.#options;
    meter.refused(why);
    if (member.gone) return;
    logger.warn({ room, session: member.session, code, reason }, "session refused");
    member.audience.close(member.session, code, reason);
    this.leave(member.audience, member.session);
  }

  /** Sends what is still on its way to anybody, now. */
  deliver(): void {
    this.#deliveries.finish();
  }

  /** The room is over: every audience is told, and nobody is spoken to after that. */
  end(tell: (audience: Audience) => void): void {
    this.#deliveries.clear();
    for (const [audience, members] of this.#audiences) {
      for (const member of members.values()) member.gone = true;
      members.clear();
      tell(audience);
    }
  }

  /** Leaves no timer behind. */
  close(): void {
    this.#presence.close();
  }

  #member(audience: Audience, session: SessionId): Member | undefined {
    return this.#audiences.get(audience)?.get(session);
  }

  #malformed(member: Member, error: unknown): void {
    if (!(error instanceof MalformedError)) throw error;
    this.expel(member, CloseCode.malformed, error.message, "malformed");
  }

  /**
   * Our SyncStep1 first: a Hocuspocus client counts on it. The SyncStep2 last: it makes the client
   * `synced`. What takes several messages comes before it, so that it is always small then.
   */
  #answer(member: Member, stateVector: Uint8Array): void {
    const document = this.#options.document();
    if (!document) return;
    if (document.behind) this.#options.tidy();
    try {
      const { session, audience } = member;
      const updates = document.sending(stateVector, this.#options.limits.sliceBytes);
      member.greeted = true;
      audience.sync(session, "step1", document.stateVector());
      this.#send(member, updates);
    } catch (error) {
      this.#malformed(member, error);
    }
  }

  #send(member: Member, updates: Iterable<Sliced>): void {
    const { session, audience } = member;
    /** It is an update where another one follows, and the SyncStep2 where it is all. */
    let held: Uint8Array | null = null;
    let several = false;
    const send = (update: Uint8Array): void => {
      if (held) {
        audience.sync(session, "update", held);
        several = true;
      }
      held = update;
    };
    this.#deliveries.start(member, updates, send, () => {
      if (several && held) audience.sync(session, "update", held);
      audience.sync(session, "step2", several || !held ? EMPTY_UPDATE : held);
      const again = this.#joining.get(member);
      this.#joining.delete(member);
      if (again) this.#answer(member, again);
    });
  }

  /**
   * Gives the sessions that come from another home what they may lack, all of them alike, and
   * takes what this home lacks where the other one's end was not an orderly one.
   */
  #catchUp(audience: Audience, upTo: Bookmark | null): void {
    const { document: current, broadcastAfter, limits } = this.#options;
    const document = current();
    if (!document) return;
    // Of whom nothing is known has nearly all, so that each slice would be applied when it comes.
    const cut = upTo !== null || document.bytes > limits.wholeBytes;
    const sliceBytes = cut ? limits.sliceBytes : Number.POSITIVE_INFINITY;
    const updates =
      (upTo && broadcastAfter(upTo.cursor)) ??
      document.sending(upTo?.stateVector ?? EMPTY_STATE_VECTOR, sliceBytes);
    const send = (update: Uint8Array): void => audience.broadcastUpdate(update, null);
    this.#deliveries.start(audience, updates, send, () => {
      if (upTo !== null) return;
      for (const member of this.#audiences.get(audience)?.values() ?? []) {
        if (member.access === "write") this.ask(member);
      }
    });
  }
}

const EMPTY_STATE_VECTOR = Uint8Array.of(0);
