import { CloseCode, finish, type RoomName, type Steps } from "@homeroom/protocol";
import { ElsewhereError, type RoomOwner } from "../claims.js";
import type { Audience } from "../homes.js";
import type { RefusalReason, RoomStateName } from "../ports.js";
import { type Cursor, type Home, type StoredRoom, StoreError } from "../store.js";
import { encodeBookmark } from "./bookmark.js";
import { Continuation } from "./continuation.js";
import type { RoomDocument } from "./document.js";
import type { JournalRoom } from "./journal.js";
import { LongWork } from "./long-work.js";
import type { Member } from "./member.js";
import { Merger, type MergingRoom } from "./merger.js";
import type { RoomContext } from "./room-context.js";
import { RoomState } from "./room-state.js";
import { Sessions } from "./sessions.js";
import { Settlement } from "./settlement.js";
import type { Snapshot } from "./snapshots.js";
import { Tail } from "./tail.js";

/**
 * A room at its home: when it is loaded, when it rests, when it moves and when it may leave memory.
 * Who is in it is known to `Sessions`, edits are merged by `Merger`, the document is a
 * `RoomDocument`.
 */
export class Room implements JournalRoom, MergingRoom {
  readonly room: RoomName;
  readonly sessions: Sessions;
  readonly #context: RoomContext;
  readonly #settlement: Settlement;
  readonly #merger: Merger;
  readonly #state: RoomState;
  #home: Home | null = null;
  #document: RoomDocument | null = null;
  #continuation: Continuation | null = null;
  #cursor: Cursor | null = null;
  #position = 0;
  readonly #tail: Tail;
  readonly #longWork: LongWork;
  #editedAt: number;
  /** It is being handed over or removed. */
  #leaving = false;
  #over = false;

  constructor(room: RoomName, context: RoomContext) {
    const { clock, logger, meter, limits } = context;
    this.room = room;
    this.#context = context;
    this.#editedAt = clock.monotonic();
    this.#state = new RoomState(meter);
    this.#settlement = new Settlement({ clock, meter });
    this.#tail = new Tail(limits);
    this.#longWork = new LongWork({
      clock,
      document: () => (this.#over ? undefined : this.#document),
      merging: () => this.#merger.merging,
      frozen: () => this.frozen,
    });
    this.sessions = new Sessions({
      ...{ room, clock, logger, meter, limits },
      document: () => this.#document,
      tidy: () => this.tidy(),
      position: () => this.#position,
      broadcastAfter: (cursor) => this.#continuation?.after(cursor) ?? null,
      submit: (member, number, kind, bytes) => this.#merger.submit(member, number, kind, bytes),
      left: (member) => {
        this.#merger.leave(member);
        this.#settlement.leave(member);
      },
    });
    this.#merger = new Merger({ room: this, settlement: this.#settlement, clock, meter, limits });
  }

  get state(): RoomStateName {
    return this.#state.name;
  }

  get document(): RoomDocument | null {
    return this.#document;
  }

  /** Under which claim the room's records are written. Nothing is, before there is one. */
  get home(): Home {
    if (!this.#home) throw new Error("a room that is not claimed writes nothing");
    return this.#home;
  }

  /** The last durable record, null where nothing was ever written. */
  get cursor(): Cursor | null {
    return this.#cursor;
  }

  get position(): number {
    return this.#position;
  }

  get backlogged(): boolean {
    return this.#context.journal.isFull(this);
  }

  get frozen(): boolean {
    return this.#leaving || !this.#context.takesEdits(this.room);
  }

  /** Whether everything that was accepted is durable. */
  get durable(): boolean {
    return !this.#merger.busy && this.#settlement.durable === this.#position;
  }

  /** Whether nobody subscribes, everything is durable and nothing would be lost with it. */
  get disposable(): boolean {
    return this.sessions.empty && (this.#over || (this.state === "closing" && this.durable));
  }

  // — Loading ————————————————————————————————————————————————————————————

  /** Reads the room from the store. Once, however many wait for it; failing closes them all. */
  async load(): Promise<void> {
    try {
      this.#home = await this.#context.claim(this.room);
    } catch (error) {
      this.#loadFailed(error);
      return;
    }
    let stored: StoredRoom;
    try {
      stored = await this.#context.load(this.room);
      if (this.#over) return;
      const document = await this.#longWork.do(this.#context.building(this.room, stored), null);
      if (!document) return;
      this.#document = document;
    } catch (error) {
      this.#loadFailed(error);
      return;
    }
    this.#cursor = stored.cursor;
    const { clock, limits } = this.#context;
    this.#continuation = new Continuation(stored.cursor, clock, limits);
    for (const update of stored.tail) this.#tail.add(update);
    const { bytes, live } = this.#document;
    this.#context.logger.info({ room: this.room, bytes }, "room opened");
    this.#state.enter("loaded");
    if (live) finish(this.waking());
    this.sessions.opened(this.home.epoch);
    this.#merger.schedule();
  }

  #loadFailed(error: unknown): void {
    if (this.#over) return;
    if (error instanceof ElsewhereError) {
      this.moved(error.owner);
    } else if (error instanceof StoreError && error.transient) {
      this.#context.logger.warn({ err: error, room: this.room }, "room cannot be loaded now");
      this.#end(CloseCode.overloaded, "the room cannot be loaded now");
    } else {
      this.#damaged(error);
    }
  }

  #damaged(cause: unknown): void {
    this.#context.meter.quarantined();
    this.#context.logger.error({ err: cause, room: this.room }, "room is damaged: quarantined");
    this.#end(CloseCode.internal, "the stored room is damaged");
  }

  subscribe(audience: Audience): void {
    this.sessions.subscribe(audience);
    this.#state.enter("joined");
  }

  ask(member: Member): void {
    this.sessions.ask(member);
  }

  expel(member: Member, code: CloseCode, reason: string, why: RefusalReason): void {
    this.sessions.expel(member, code, reason, why);
  }

  // — Edits ——————————————————————————————————————————————————————————————

  *waking(): Steps<boolean> {
    this.#editedAt = this.#context.clock.monotonic();
    const document = this.#document;
    try {
      if (document?.long) yield* document.waking();
      else document?.wake();
    } catch (error) {
      this.#damaged(error);
      return false;
    }
    this.#state.enter("woken");
    return true;
  }

  restore(): void {
    this.#document = this.#document?.restored() ?? null;
    this.#state.enter("rested");
  }

  publish(emitted: Uint8Array, from: Member | null): void {
    this.#position = this.#context.journal.append(this, emitted);
    for (const audience of this.sessions.audiences) {
      audience.broadcastUpdate(emitted, from?.audience === audience ? from.session : null);
    }
    this.#continuation?.add(emitted);
    this.#tail.add(emitted);
    if (this.#tail.isLong(this.#document?.bytes ?? 0)) this.#context.snapshots.request(this);
  }

  onDurable(position: number, cursor: Cursor): void {
    this.#cursor = cursor;
    this.#settlement.advance(position);
  }

  onRejected(error: StoreError): void {
    if (error.code === "FENCED") {
      const state = this.encode();
      if (state) this.#context.fenced(this.room, this.home, state);
      this.moved(null);
      return;
    }
    this.#context.logger.error({ err: error, room: this.room }, "the store refuses this room");
    this.#end(CloseCode.internal, "the room cannot be stored");
  }

  /** Takes no more edits, and waits until those it took are durable. @throws StoreError */
  async freeze(timeoutMs: number): Promise<void> {
    if (this.#leaving) throw new StoreError("UNAVAILABLE", "the room is leaving already");
    this.#merger.merge();
    const { journal } = this.#context;
    if (!this.durable) {
      if (journal.failure) throw journal.failure;
      journal.hurry();
    }
    this.#leaving = true;
    if (await this.#settlement.reaches(this.#position, timeoutMs)) return;
    this.thaw();
    throw new StoreError("UNAVAILABLE", "not everything could be made durable in time");
  }

  thaw(): void {
    this.#leaving = false;
    this.reconsider();
  }

  /** Edits may have been waiting for what has changed. */
  reconsider(): void {
    this.#merger.schedule();
  }

  /** The room is at home elsewhere: whoever is here goes there. */
  moved(to: RoomOwner | null): void {
    this.#move(to, null);
  }

  /** The room was frozen and its new home has all of it: what was broadcast needs no repeating. */
  handedOver(to: RoomOwner): void {
    this.sessions.deliver();
    const stateVector = this.#document?.stateVector();
    this.#move(to, stateVector ? encodeBookmark({ cursor: this.#cursor, stateVector }) : null);
  }

  #move(to: RoomOwner | null, upTo: Uint8Array | null): void {
    if (this.#over) return;
    this.#context.logger.info({ room: this.room, to }, "room moved");
    this.#leaveMemory((audience) => audience.moved(to, upTo));
  }

  /** The live state: what waits is applied first. Null while the room is loading. */
  encode(): Uint8Array | null {
    this.#merger.merge();
    return this.#document?.encode() ?? null;
  }

  /** `encode`, where there is time; what waits is applied first where it is little. */
  async read(): Promise<Uint8Array | null> {
    const document = this.#mergeUnlessLong();
    return document?.long ? await this.#longWork.encode(document) : (document?.encode() ?? null);
  }

  /** Has what was edited lately encoded with all the rest, where that takes long. */
  tidy(): void {
    const document = this.#document;
    if (this.#longWork.encoding || this.#merger.merging) return;
    if (!document?.long || !document.live) return;
    this.#longWork
      .encode(document)
      .catch((error: unknown) =>
        this.#context.logger.warn({ err: error, room: this.room }, "room cannot be encoded"),
      );
  }

  /** Asks for a snapshot of all of it, whether or not the journal has grown since the last one. */
  requestSnapshot(): void {
    this.#tail.want();
    this.#context.snapshots.request(this);
  }

  // — Resting and leaving ————————————————————————————————————————————————

  /** Looks at the time; called every second or so. */
  tick(): void {
    const { clock, limits, snapshots, logger } = this.#context;
    const now = clock.monotonic();
    this.#merger.askForMissing();
    this.#continuation?.tick();
    if (this.#document?.crowded) this.tidy();
    const empty = this.sessions.empty && this.sessions.emptyMs >= limits.closeAfterMs;
    if (this.state === "live" && (empty || now - this.#editedAt >= limits.restAfterMs)) {
      snapshots.request(this);
    } else if (this.state === "resting" && empty) {
      this.#state.enter("emptied");
      logger.info({ room: this.room }, "room closing");
    }
  }

  /**
   * Encodes the document for the store, and lets go of the `Y.Doc` where nobody edits any more; in
   * steps where it is long. Null where there is nothing that a snapshot would add.
   */
  snapshot(): Snapshot | null | Promise<Snapshot | null> {
    const document = this.#mergeUnlessLong();
    if (!document || !(document.live || this.#tail.wanted) || this.#over) return null;
    if (document.long) return this.#snapshotInSteps(document);
    const update = document.encode();
    this.#restWhenIdle(document);
    const upTo = this.#cursor;
    const taken = upTo && this.#tail.take();
    return taken && { update, upTo, ...taken };
  }

  async #snapshotInSteps(document: RoomDocument): Promise<Snapshot | null> {
    // What is durable now is in what is encoded from now on.
    const upTo = this.#cursor;
    const taken = upTo && this.#tail.take();
    let update: Uint8Array | null = null;
    try {
      update = await this.#longWork.encode(document);
    } finally {
      if (taken && !update) this.#tail.giveBack(taken);
    }
    if (update) this.#restWhenIdle(document);
    return update && taken && { update, upTo, ...taken };
  }

  #restWhenIdle(document: RoomDocument): void {
    const { clock, limits } = this.#context;
    const idle = clock.monotonic() - this.#editedAt;
    const isIdle =
      idle >= limits.restAfterMs || (this.sessions.empty && idle >= limits.closeAfterMs);
    const isEdited = document.long && (this.#merger.busy || !document.encoded);
    if (!isIdle || isEdited) return;
    document.rest();
    this.#state.enter("rested");
  }

  snapshotFailed(snapshot: Snapshot): void {
    this.#tail.giveBack(snapshot);
  }

  /** Applies what waits, where that does not mean to apply or to build something long. */
  #mergeUnlessLong(): RoomDocument | null {
    if (!this.#document?.long) this.#merger.merge();
    // Only now: what waited may have broken the document.
    return this.#document;
  }

  /** Ends the room for everybody. */
  delete(): void {
    this.#end(CloseCode.deleted, "the room was deleted");
  }

  /** Applies what waits; called before the process leaves. */
  flush(): void {
    this.#merger.merge();
  }

  /** Releases the timers and the journal's queue; the room is not used any more. */
  dispose(): void {
    if (!this.#over) this.#state.leave();
    this.#over = true;
    this.#settlement.close();
    this.#merger.close();
    this.sessions.close();
    this.#context.snapshots.forget(this);
    this.#context.journal.forget(this);
  }

  #end(code: CloseCode, reason: string): void {
    if (!this.#over) this.#leaveMemory((audience) => audience.close("all", code, reason));
  }

  #leaveMemory(tell: (audience: Audience) => void): void {
    this.sessions.end(tell);
    this.dispose();
    this.#context.failed(this);
  }
}
