import type { RoomName } from "@homeroom/protocol";
import {
  ElsewhereError,
  type Home,
  type HomeClaims,
  type Logger,
  type RoomOwner,
  StoreError,
} from "@homeroom/room";
import pLimit from "p-limit";
import { ClusterError } from "../cluster-error.js";
import type { Directory, NodeIncarnation, NodeRecord, OwnerRecord } from "../directory.js";
import { homeOf } from "../home-of.js";
import type { NodeList } from "../node-list.js";
import type { ClaimGate } from "./claim-gate.js";

/** What became of this node's claims. */
export interface Verification {
  /** Claims that the directory had as they are. */
  readonly kept: number;
  /** Claims that it had lost, or that an earlier incarnation had made: put back, epochs unchanged. */
  readonly reasserted: number;
  /** Rooms that have another home now, which is named where it is known. */
  readonly lost: readonly { readonly room: RoomName; readonly owner: RoomOwner | null }[];
}

export interface ClaimsOptions {
  readonly directory: Directory;
  readonly nodes: NodeList;
  readonly gate: ClaimGate;
  /** This node's present life, null while its lease is not held. */
  readonly self: () => NodeIncarnation | null;
  readonly logger: Logger;
}

/** Rooms asked about in one request, and claims under way at the same time, when verifying. */
const lookupsAtOnce = 500;
const reassertionsAtOnce = 64;
/** So often a claim may lose to another one before the caller is told to come again. */
const claimAttempts = 4;

/** The rooms to which this node is home, and how it becomes and ceases to be [C1–C9]. */
export class Claims implements Pick<HomeClaims, "claim" | "release"> {
  readonly #directory: Directory;
  readonly #nodes: NodeList;
  readonly #gate: ClaimGate;
  readonly #self: () => NodeIncarnation | null;
  readonly #logger: Logger;
  readonly #held = new Map<RoomName, OwnerRecord>();
  readonly #underWay = new Map<RoomName, Promise<OwnerRecord>>();

  constructor({ directory, nodes, gate, self, logger }: ClaimsOptions) {
    this.#directory = directory;
    this.#nodes = nodes;
    this.#gate = gate;
    this.#self = self;
    this.#logger = logger;
  }

  get held(): ReadonlyMap<RoomName, OwnerRecord> {
    return this.#held;
  }

  /** Under what this node writes to the room's journal, null where the room is not its own. */
  homeOf(room: RoomName): Home | null {
    return this.#held.get(room) ?? null;
  }

  /**
   * Whether this node knows, by its own clock alone, that nobody else is home to the room: its lease
   * is held, and is the one that the claim was made or put back under [C9]. With the policy `freeze`
   * a room takes edits only then.
   */
  certain(room: RoomName): boolean {
    const owner = this.#held.get(room);
    const self = this.#self();
    return owner !== undefined && self !== null && isOf(owner, self);
  }

  /**
   * Makes this node home to a room that has none, or that was transferred to it. Callers at the
   * same time share one claim.
   * @throws ElsewhereError where the room has another home
   * @throws StoreError `UNAVAILABLE`, caused by a `ClusterError` that may say when to come again
   */
  async claim(room: RoomName): Promise<Home> {
    const held = this.#held.get(room);
    if (held) return held;
    let claim = this.#underWay.get(room);
    if (!claim) {
      claim = this.#claim(room).finally(() => this.#underWay.delete(room));
      this.#underWay.set(room, claim);
    }
    try {
      return await claim;
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      throw new StoreError("UNAVAILABLE", error.message, { cause: error });
    }
  }

  /**
   * Hands a room to another node.
   * @throws ElsewhereError where a third node has claimed it
   * @throws ClusterError `UNAVAILABLE`: the transfer may have taken place; the fence will tell
   */
  async transfer(room: RoomName, to: NodeRecord): Promise<RoomOwner> {
    const from = this.#held.get(room);
    if (!from) throw new ClusterError("NOT_HOME", `${room} is not at home here`);
    const owner = await this.#give(room, from, to);
    this.lost(room, from.epoch);
    if (isOf(owner, to)) return { node: to.node, url: to.url, epoch: owner.epoch };
    const { node, epoch } = owner;
    throw new ElsewhereError((await this.#locate(owner)) ?? { node, url: "", epoch });
  }

  /** Where a room is at home, null where nowhere. @throws ClusterError */
  async find(room: RoomName): Promise<RoomOwner | null> {
    return await this.#locate(await this.#directory.lookup(room));
  }

  /** Gives a room up. Where the directory is away, the record is left to whoever claims next. */
  async release(room: RoomName): Promise<void> {
    const owner = this.#held.get(room);
    if (!owner) return;
    this.#held.delete(room);
    try {
      await this.#directory.release(room, owner);
    } catch (error) {
      this.#logger.warn({ err: error, room }, "room not released");
    }
  }

  /** The fence has refused what was written under this epoch: the room has another home. */
  lost(room: RoomName, epoch: number): void {
    if (this.#held.get(room)?.epoch === epoch) this.#held.delete(room);
  }

  /**
   * Puts back what the directory lacks of this node's claims: to be called after a change of
   * primary and after a new incarnation, and again where it rejects.
   * @throws ClusterError `NO_LEASE`, `UNAVAILABLE`
   */
  async verify(): Promise<Verification> {
    const self = this.#lease();
    const lost: OwnerRecord[] = [];
    const lostRooms: RoomName[] = [];
    let [kept, reasserted] = [0, 0];
    const verify = async (room: RoomName, stored: OwnerRecord | null): Promise<void> => {
      const mine = this.#held.get(room);
      if (!mine) return;
      if (stored?.epoch === mine.epoch && isOf(stored, self)) {
        kept++;
        this.#held.set(room, { ...mine, ...self });
        return;
      }
      const { claimed, owner } = await this.#directory.reassert(room, { ...mine, ...self });
      if (this.#held.get(room) !== mine) return;
      if (claimed) {
        this.#held.set(room, owner);
        reasserted++;
      } else {
        this.#held.delete(room);
        lostRooms.push(room);
        lost.push(owner);
      }
    };
    const limit = pLimit(reassertionsAtOnce);
    const rooms = [...this.#held.keys()];
    for (let start = 0; start < rooms.length; start += lookupsAtOnce) {
      const some = rooms.slice(start, start + lookupsAtOnce);
      const stored = await this.#directory.lookupAll(some);
      await Promise.all(some.map((room, index) => limit(verify, room, stored[index] ?? null)));
    }
    const owners = await Promise.all(lost.map((owner) => this.#locate(owner)));
    return {
      kept,
      reasserted,
      lost: lostRooms.map((room, index) => ({ room, owner: owners[index] ?? null })),
    };
  }

  /** Whose the room is after a claim in the target's name. Refused in its favour, it has it. */
  async #give(room: RoomName, from: OwnerRecord, to: NodeIncarnation): Promise<OwnerRecord> {
    try {
      return (await this.#directory.claim(room, to, from)).owner;
    } catch (error) {
      // Perhaps only the answer was lost: going on here would then be of no use to anybody.
      const stored = await this.#directory.lookup(room).catch(() => null);
      if (stored && stored.epoch > from.epoch) return stored;
      throw error;
    }
  }

  async #claim(room: RoomName): Promise<OwnerRecord> {
    let stored = await this.#directory.lookup(room);
    for (let attempt = 0; attempt < claimAttempts; attempt++) {
      // A record that names this node is claimed from all the same: it is of an earlier incarnation,
      // an answer was lost, or the room was transferred here. A release that is still on its way then
      // finds its epoch no more.
      const isOwn = stored?.node === this.#lease().node;
      const home = isOwn ? null : await this.#obstacle(stored);
      const self = this.#lease();
      if (home && home.node !== self.node) throw new ElsewhereError(home);
      this.#passGate();
      const { claimed, owner } = await this.#directory.claim(room, self, stored);
      // While the answer was on its way this node may have lost its lease, and begun anew.
      if (claimed && isOf(owner, this.#lease())) {
        this.#held.set(room, owner);
        return owner;
      }
      stored = owner;
    }
    throw new ClusterError("UNAVAILABLE", `others keep claiming ${room}; try again`);
  }

  /**
   * Whose the room is, so that it cannot be claimed. That a node lives is believed of a new list
   * alone: whoever asks may know already that it has died.
   */
  async #obstacle(stored: OwnerRecord | null): Promise<RoomOwner | null> {
    if ((await this.#locate(stored)) === null) return null;
    await this.#nodes.refresh();
    return await this.#locate(stored);
  }

  /** Where a room is at home, null where nowhere. A node that a new list lacks is long gone. */
  async #locate(stored: OwnerRecord | null): Promise<RoomOwner | null> {
    let home = homeOf(stored, await this.#nodes.recent());
    if (home.status === "unknown") home = homeOf(stored, await this.#nodes.refresh());
    if (home.status !== "home") return null;
    const { node, url } = home.node;
    return { node, url, epoch: home.owner.epoch };
  }

  #lease(): NodeIncarnation {
    const self = this.#self();
    if (self) return self;
    throw new ClusterError("NO_LEASE", "this node's lease is not held; it may not claim rooms");
  }

  #passGate(): void {
    const { waitMs } = this.#gate;
    if (waitMs <= 0) return;
    throw new ClusterError("CLAIMS_WAIT", "the directory's primary has changed: claims wait", {
      retryAfterMs: Math.ceil(waitMs),
    });
  }
}

const isOf = (owner: OwnerRecord, { node, incarnation }: NodeIncarnation): boolean =>
  owner.node === node && owner.incarnation === incarnation;
