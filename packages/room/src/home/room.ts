import { CloseCode, finish, type RoomName, type Steps } from "@homeroom/protocol";
import { ElsewhereError, type RoomOwner } from "../claims.js";
import type { Audience } from "../homes.js";
import type { RoomLimits } from "../limits.js";
import type { Clock, Logger, Meter, RefusalReason, RoomStateName } from "../ports.js";
import { type Cursor, type Home, type StoredRoom, StoreError } from "../store.js";
import { encodeBookmark } from "./bookmark.js";
import { Continuation } from "./continuation.js";
import type { RoomDocument } from "./document.js";
import type { Journal, JournalRoom } from "./journal.js";
import type { Member } from "./member.js";
import { Merger, type MergingRoom } from "./merger.js";
import { nextRoomState, type RoomEvent } from "./room-state.js";
import { Sessions } from "./sessions.js";
import { Settlement } from "./settlement.js";
import type { Snapshot, Snapshots } from "./snapshots.js";

/** What a room needs of the process that is home to it. */
export interface RoomContext {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: Meter;
  readonly limits: RoomLimits;
  readonly journal: Journal;
  readonly snapshots: Snapshots;
  /** Makes this process home to the room. Rejects with an `ElsewhereError` or a `StoreError`. */
  claim(room: RoomName): Promise<Home>;
  /** Reads the room from the store when its turn comes. Rejects with a `StoreError`. */
  load(room: RoomName): Promise<StoredRoom>;
  /** The document of what is stored, built ahead of time or now. @throws where it makes none */
  building(room: RoomName, stored: StoredRoom): Steps<RoomDocument>;
  /** Whether the room takes edits now. */
  takesEdits(room: RoomName): boolean;
  /** The room has another home, which has shut this one out. */
  fenced(room: RoomName, home: Home, state: Uint8Array): void;
  /** The room can serve nobody any more, and its sessions have been closed. */
  failed(room: Room): void;
}

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
  #home: Home | null = null;
  #state: RoomStateName = "loading";
  #document: RoomDocument | null = null;
  #continuation: Continuation | null = null;
  #cursor: Cursor | null = null;
  #position = 0;
  /** Journaled since the last snapshot. */
  #tail = { bytes: 0, records: 0 };
  /** A snapshot is wanted even where it adds nothing to the journal. */
  #snapshotWanted = false;
  /** Encodings in steps that are under way, or wait for each other. */
  #encodings = 0;
  #lastEncoding: Promise<unknown> | null = null;
  #editedAt: number;
  /** It is being handed over or removed. */
  #leaving = false;
  #over = false;
  /** Told whether everything has become durable, or the room is over before. */
  readonly #onDurable: ((durable: boolean) => void)[] = [];

  constructor(room: RoomName, context: RoomContext) {
    const { clock, logger, meter, limits } = context;
    this.room = room;
    this.#context = context;
    this.#editedAt = clock.monotonic();
    this.#settlement = new Settlement({ clock, meter });
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
    meter.roomState(null, this.#state);
  }

  get state(): RoomStateName {
    return this.#state;
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
    return this.sessions.empty && (this.#over || (this.#state === "closing" && this.durable));
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
      const document = await this.#inTurns(this.#context.building(this.room, stored), null);
      if (!document) return;
      this.#document = document;
    } catch (error) {
      this.#loadFailed(error);
      return;
    }
    this.#cursor = stored.cursor;
    const { clock, limits } = this.#context;
    this.#continuation = new Continuation(stored.cursor, clock, limits);
    this.#tail = { bytes: 0, records: stored.tail.length };
    for (const update of stored.tail) this.#tail.bytes += update.length;
    const { bytes, live } = this.#document;
    this.#context.logger.info({ room: this.room, bytes }, "room opened");
    this.#enter("loaded");
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
    this.#enter("joined");
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
    this.#enter("woken");
    return true;
  }

  restore(): void {
    this.#document = this.#document?.restored() ?? null;
    this.#enter("rested");
  }

  publish(emitted: Uint8Array, from: Member | null): void {
    this.#position = this.#context.journal.append(this, emitted);
    for (const audience of this.sessions.audiences) {
      audience.broadcastUpdate(emitted, from?.audience === audience ? from.session : null);
    }
    this.#continuation?.add(emitted);
    this.#tail.bytes += emitted.length;
    this.#tail.records++;
    const { snapshotAfterBytes, snapshotAfterRecords } = this.#context.limits;
    const enough = Math.max(snapshotAfterBytes, (this.#document?.bytes ?? 0) / 2);
    if (this.#tail.bytes > enough || this.#tail.records > snapshotAfterRecords) {
      this.#context.snapshots.request(this);
    }
  }

  onDurable(position: number, cursor: Cursor): void {
    this.#cursor = cursor;
    this.#settlement.advance(position);
    if (position < this.#position) return;
    for (const task of this.#onDurable.splice(0)) task(true);
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
    const { clock, journal } = this.#context;
    if (journal.failure && !this.durable) throw journal.failure;
    this.#leaving = true;
    const frozen = await new Promise<boolean>((resolve) => {
      const deadline = clock.after(timeoutMs, () => resolve(false));
      this.#whenDurable((durable) => {
        deadline.cancel();
        resolve(durable);
      });
    });
    if (frozen) return;
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

  /** Runs `task` once nothing waits for the store; at once where nothing does. */
  #whenDurable(task: (durable: boolean) => void): void {
    if (this.#settlement.durable === this.#position) {
      task(true);
      return;
    }
    this.#onDurable.push(task);
    this.#context.journal.hurry();
  }

  /** The live state: what waits is applied first. Null while the room is loading. */
  encode(): Uint8Array | null {
    this.#merger.merge();
    return this.#document?.encode() ?? null;
  }

  /** `encode`, where there is time; what waits is applied first where it is little. */
  async read(): Promise<Uint8Array | null> {
    const document = this.#mergeUnlessLong();
    return document?.long ? await this.#encoding(document) : (document?.encode() ?? null);
  }

  /** Has what was edited lately encoded with all the rest, where that takes long. */
  tidy(): void {
    const document = this.#document;
    if (this.#encodings > 0 || this.#merger.merging) return;
    if (!document?.long || !document.live) return;
    this.#encoding(document).catch((error: unknown) =>
      this.#context.logger.warn({ err: error, room: this.room }, "room cannot be encoded"),
    );
  }

  /** Asks for a snapshot of all of it, whether or not the journal has grown since the last one. */
  requestSnapshot(): void {
    this.#snapshotWanted = true;
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
    if (this.#state === "live" && (empty || now - this.#editedAt >= limits.restAfterMs)) {
      snapshots.request(this);
    } else if (this.#state === "resting" && empty) {
      this.#enter("emptied");
      logger.info({ room: this.room }, "room closing");
    }
  }

  /**
   * Encodes the document for the store, and lets go of the `Y.Doc` where nobody edits any more; in
   * steps where it is long. Null where there is nothing that a snapshot would add.
   */
  snapshot(): Snapshot | null | Promise<Snapshot | null> {
    const document = this.#mergeUnlessLong();
    if (!document || !(document.live || this.#snapshotWanted) || this.#over) return null;
    if (document.long) return this.#snapshotInSteps(document);
    const update = document.encode();
    this.#restWhenIdle(document);
    const part = this.#takeTail();
    return part && { update, ...part };
  }

  async #snapshotInSteps(document: RoomDocument): Promise<Snapshot | null> {
    // What is durable now is in what is encoded from now on.
    const part = this.#takeTail();
    let update: Uint8Array | null = null;
    try {
      update = await this.#encoding(document);
    } finally {
      if (part && !update) this.#giveTailBack(part);
    }
    if (update) this.#restWhenIdle(document);
    return update && part && { update, ...part };
  }

  /** What a snapshot of all that is here now replaces; null where that is nothing. */
  #takeTail(): Omit<Snapshot, "update"> | null {
    const upTo = this.#cursor;
    if (!upTo || (this.#tail.records === 0 && !this.#snapshotWanted)) return null;
    const [replaces, wanted] = [this.#tail, this.#snapshotWanted];
    this.#tail = { bytes: 0, records: 0 };
    this.#snapshotWanted = false;
    return { upTo, replaces, wanted };
  }

  #giveTailBack({ replaces, wanted }: Omit<Snapshot, "update">): void {
    this.#snapshotWanted ||= wanted;
    this.#tail.bytes += replaces.bytes;
    this.#tail.records += replaces.records;
  }

  #restWhenIdle(document: RoomDocument): void {
    const { clock, limits } = this.#context;
    const idle = clock.monotonic() - this.#editedAt;
    const isIdle =
      idle >= limits.restAfterMs || (this.sessions.empty && idle >= limits.closeAfterMs);
    const isEdited = document.long && (this.#merger.busy || !document.encoded);
    if (!isIdle || isEdited) return;
    document.rest();
    this.#enter("rested");
  }

  /** What it would have replaced still waits for a snapshot. */
  snapshotFailed(snapshot: Snapshot): void {
    this.#giveTailBack(snapshot);
  }

  /** Applies what waits, where that does not mean to apply or to build something long. */
  #mergeUnlessLong(): RoomDocument | null {
    if (!this.#document?.long) this.#merger.merge();
    // Only now: what waited may have broken the document.
    return this.#document;
  }

  /** One at a time: what one of them encodes, the next one builds on. Null where it is no more. */
  async #encoding(document: RoomDocument): Promise<Uint8Array | null> {
    this.#encodings++;
    const before = this.#lastEncoding;
    const run = (async () => {
      await before?.catch(() => {});
      return await this.#inTurns(document.encoding(), document);
    })();
    this.#lastEncoding = run;
    try {
      return await run;
    } finally {
      this.#encodings--;
    }
  }

  /**
   * Does what is long in steps, with what others do in between; not while a long update is being
   * applied, of which nothing may be seen yet. Null where it is for nothing now.
   */
  async #inTurns<T>(steps: Steps<T>, document: RoomDocument | null): Promise<T | null> {
    while (!this.#over && this.#document === document) {
      if (this.#merger.merging) {
        if (this.frozen) return null;
      } else {
        const step = steps.next();
        if (step.done) return step.value;
      }
      await new Promise<void>((resolve) => this.#context.clock.soon(resolve));
    }
    return null;
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
    if (!this.#over) this.#context.meter.roomState(this.#state, null);
    this.#over = true;
    for (const task of this.#onDurable.splice(0)) task(false);
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

  #enter(event: RoomEvent): void {
    const next = nextRoomState(this.#state, event);
    if (next === this.#state) return;
    this.#context.meter.roomState(this.#state, next);
    this.#state = next;
  }
}
