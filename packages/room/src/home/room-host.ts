import { CloseCode, type RoomName, type Steps } from "@homeroom/protocol";
import pLimit from "p-limit";
import type { HomeClaims, RoomOwner } from "../claims.js";
import type { Audience, HomeChannel, Homes } from "../homes.js";
import { defaultRoomLimits, type RoomLimits } from "../limits.js";
import { mergeUpdates } from "../merge-updates.js";
import type { Clock, Logger, Meter, Timer } from "../ports.js";
import { type Home, type RoomStore, type StoredRoom, StoreError } from "../store.js";
import { writeDirectly } from "./direct-write.js";
import { RoomDocument } from "./document.js";
import { Journal } from "./journal.js";
import { PreparedDocuments } from "./prepared.js";
import { Room } from "./room.js";
import { RoomChannel } from "./room-channel.js";
import type { RoomContext } from "./room-context.js";
import { Snapshots } from "./snapshots.js";

export interface RoomHostOptions {
  readonly store: RoomStore;
  readonly claims: HomeClaims;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: Meter;
  readonly limits?: Partial<RoomLimits>;
}

/** How often rooms look at the time. */
const TICK_MS = 1_000;

/** The rooms that are at home in this process. */
export class RoomHost implements Homes {
  readonly #store: RoomStore;
  readonly #claims: HomeClaims;
  readonly #context: RoomContext;
  readonly #prepared: PreparedDocuments;
  readonly #rooms = new Map<RoomName, Room>();
  readonly #deletions = new Map<RoomName, Promise<void>>();
  /** Each ends one wait for the store or for a claim. */
  readonly #waits = new Set<() => void>();
  #tick: Timer | null = null;
  #closing: Promise<void> | null = null;

  constructor(options: RoomHostOptions) {
    const { store, claims, clock, logger, meter } = options;
    const limits = { ...defaultRoomLimits, ...options.limits };
    const takeTurn = pLimit(limits.maxLoads);
    this.#store = store;
    this.#claims = claims;
    this.#prepared = new PreparedDocuments(clock, limits);
    this.#context = {
      clock,
      logger,
      meter,
      limits,
      journal: new Journal({ store, clock, logger, meter, limits }),
      snapshots: new Snapshots({ store, clock, logger, meter, limits }),
      claim: (room) => this.#claim(room),
      load: async (room) => {
        // Before its turn comes, so that a slow deletion holds up no other room.
        await this.#deletions.get(room);
        const open = () => store.open(room, this.#prepared.stored(room));
        return await takeTurn(() => this.#inTime(open(), "reading the room"));
      },
      building: (room, stored) => this.#building(room, stored),
      takesEdits: (room) => claims.takesEdits(room),
      fenced: (room, home, state) => claims.fenced(room, home, state),
      failed: (room) => this.#drop(room),
    };
  }

  /** Why the journal cannot be written now, null while it can. */
  get journalFailure(): StoreError | null {
    return this.#context.journal.failure;
  }

  /** The room, where it is at home here. */
  get(room: RoomName): Room | null {
    return this.#rooms.get(room) ?? null;
  }

  /** How many rooms are at home here, and how many sessions they have. */
  get load(): { readonly rooms: number; readonly sessions: number } {
    let sessions = 0;
    for (const room of this.#rooms.values()) sessions += room.sessions.count;
    return { rooms: this.#rooms.size, sessions };
  }

  /** Whether a room is open that somebody edited lately. */
  get edited(): boolean {
    for (const { state } of this.#rooms.values()) if (state === "live") return true;
    return false;
  }

  subscribe(name: RoomName, audience: Audience): HomeChannel {
    const room = this.#rooms.get(name) ?? this.#open(name);
    if (!room) {
      // Later, because the audience has no channel yet.
      this.#context.clock.soon(() =>
        audience.close("all", CloseCode.overloaded, "no more rooms can be opened here now"),
      );
      return deadChannel;
    }
    room.subscribe(audience);
    return new RoomChannel(room.sessions, audience);
  }

  /** The live state of a room, or the stored one; null where there is none. */
  async read(name: RoomName): Promise<Uint8Array | null> {
    const live = await this.#rooms.get(name)?.read();
    if (live) return live;
    const stored = await this.#context.load(name);
    if (!stored.cursor) return null;
    return mergeUpdates([...(stored.snapshot ? [stored.snapshot] : []), ...stored.tail]);
  }

  /**
   * Reads a room that is about to be handed to this process, so that nobody has to wait for that.
   * @param live whether people edit it, so that its `Y.Doc` will be needed at once
   * @throws StoreError
   */
  async prepare(name: RoomName, live: boolean): Promise<void> {
    if (this.#rooms.has(name) || this.#closing !== null) return;
    const stored = await this.#context.load(name);
    const stillOpen = this.#closing === null;
    if (live && stored.cursor && stillOpen) await this.#prepared.keep(name, stored);
  }

  /** Applies an update. @returns once it is durable @throws ServiceError */
  async write(room: RoomName, update: Uint8Array): Promise<void> {
    const { clock, limits } = this.#context;
    await writeDirectly(this, room, update, { clock, timeoutMs: limits.loadTimeoutMs });
  }

  /**
   * Removes a room's document, and then closes its sessions. Whoever opens the room meanwhile waits.
   * Where the store does not take everything that the room accepted, or refuses to remove it, the
   * room goes on.
   * @throws StoreError
   */
  async remove(name: RoomName): Promise<void> {
    const home = await this.#context.claim(name);
    const before = this.#deletions.get(name) ?? Promise.resolve();
    const deletion = before.then(() => this.#remove(name, home));
    const forget = deletion
      .catch(() => {})
      .then(() => {
        if (this.#deletions.get(name) === forget) this.#deletions.delete(name);
        this.#releaseUnused(name);
      });
    this.#deletions.set(name, forget);
    await deletion;
  }

  /**
   * Hands a room over: takes nothing more, makes durable what was taken, and then tells every
   * audience where the room has gone, as `transfer` says. Where that rejects, or the store does
   * not take everything within `timeoutMs`, the room goes on here.
   * @throws StoreError `UNAVAILABLE`, or what `transfer` rejects with
   */
  async handOver(
    name: RoomName,
    transfer: () => Promise<RoomOwner>,
    timeoutMs: number,
  ): Promise<RoomOwner> {
    if (this.#deletions.has(name)) throw new StoreError("UNAVAILABLE", "the room is being deleted");
    const room = this.#rooms.get(name);
    await room?.freeze(timeoutMs);
    try {
      const owner = await transfer();
      room?.handedOver(owner);
      return owner;
    } catch (error) {
      room?.thaw();
      throw error;
    }
  }

  /** The room has another home already, which has fenced this one off. */
  lost(name: RoomName, owner: RoomOwner | null): void {
    this.#rooms.get(name)?.moved(owner);
  }

  /** The store's copies of a room are to be mended by a snapshot of what is in memory. */
  requestSnapshot(name: RoomName): void {
    this.#rooms.get(name)?.requestSnapshot();
  }

  /** Whether rooms take edits has perhaps changed. */
  reconsider(): void {
    for (const room of this.#rooms.values()) room.reconsider();
  }

  /** The rooms that are at home here. */
  get rooms(): Iterable<Room> {
    return this.#rooms.values();
  }

  /**
   * Applies what waits, makes it durable where the store lets it, and lets go of every room.
   * Sessions have been closed before.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#tick?.cancel();
    this.#tick = null;
    const { journal, snapshots } = this.#context;
    this.#prepared.close();
    for (const room of this.#rooms.values()) room.flush();
    await snapshots.close();
    await journal.settled();
    journal.close();
    for (const room of [...this.#rooms.values()]) this.#drop(room);
    for (const giveUp of this.#waits) giveUp();
  }

  async #remove(name: RoomName, home: Home): Promise<void> {
    const { journal, snapshots, limits } = this.#context;
    const room = this.#rooms.get(name);
    await room?.freeze(limits.loadTimeoutMs);
    try {
      // A commit that is under way may hold the last updates of a room that was dropped.
      await journal.committed();
      await snapshots.settled();
      await this.#store.remove(name, home);
    } catch (error) {
      room?.thaw();
      throw error;
    }
    room?.delete();
  }

  *#building(name: RoomName, stored: StoredRoom): Steps<RoomDocument> {
    const prepared = this.#prepared.take(name, stored);
    const { snapshot, tail } = stored;
    return prepared ?? (yield* RoomDocument.opening(snapshot, tail, this.#context.limits));
  }

  #open(name: RoomName): Room | null {
    if (this.#closing || this.#rooms.size >= this.#context.limits.maxRooms) return null;
    const room = new Room(name, this.#context);
    this.#rooms.set(name, room);
    this.#scheduleTick();
    void room.load();
    return room;
  }

  async #claim(name: RoomName): Promise<Home> {
    const claim = this.#claims.claim(name);
    try {
      return await this.#inTime(claim, "claiming the room");
    } catch (error) {
      // It may succeed yet, when nobody waits for it any more.
      void claim.then(
        () => this.#releaseUnused(name),
        () => {},
      );
      throw error;
    }
  }

  /** Gives up the claim of a room that is not in memory, and is not being deleted. */
  #releaseUnused(name: RoomName): void {
    const used = this.#rooms.has(name) || this.#deletions.has(name);
    if (!used && this.#closing === null) void this.#claims.release(name);
  }

  async #inTime<T>(work: Promise<T>, what: string): Promise<T> {
    const { clock, limits } = this.#context;
    return await new Promise((resolve, reject) => {
      const giveUp = (): void => {
        deadline.cancel();
        this.#waits.delete(giveUp);
        reject(new StoreError("UNAVAILABLE", `${what} took too long`));
      };
      const deadline = clock.after(limits.loadTimeoutMs, giveUp);
      this.#waits.add(giveUp);
      work.then(resolve, reject).finally(() => {
        deadline.cancel();
        this.#waits.delete(giveUp);
      });
    });
  }

  #scheduleTick(): void {
    this.#tick ??= this.#context.clock.after(TICK_MS, () => {
      this.#tick = null;
      for (const room of this.#rooms.values()) {
        room.tick();
        if (room.disposable) {
          this.#context.logger.info({ room: room.room }, "room closed");
          this.#drop(room);
        }
      }
      if (this.#rooms.size > 0) this.#scheduleTick();
    });
  }

  #drop(room: Room): void {
    room.dispose();
    if (this.#rooms.get(room.room) !== room) return;
    this.#rooms.delete(room.room);
    this.#releaseUnused(room.room);
  }
}

/** For an audience that was turned away. */
const deadChannel: HomeChannel = {
  join() {},
  syncStep1() {},
  update() {},
  awareness() {},
  queryAwareness() {},
  leave() {},
  resume() {},
  unsubscribe() {},
};
