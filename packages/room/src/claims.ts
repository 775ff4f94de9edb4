import type { RoomName } from "@homeroom/protocol";
import type { Home, RoomStore } from "./store.js";

/** Where a room is at home, as others can reach it. */
export interface RoomOwner {
  readonly node: string;
  readonly url: string;
  readonly epoch: number;
}

/** Who may be home to a room: everybody who asks, or whoever the cluster's directory says. */
export interface HomeClaims {
  /**
   * Makes this process home.
   * @throws ElsewhereError where the room has another home
   * @throws StoreError `UNAVAILABLE` where no claim can be had now
   */
  claim(room: RoomName): Promise<Home>;
  /** The room has left memory. Never rejects; nothing where it was not claimed. */
  release(room: RoomName): Promise<void>;
  /**
   * The store has refused what was written under this claim: the room has another home.
   * @param state all that was held here, as one V1 update; the new home may lack the end of it
   */
  fenced(room: RoomName, home: Home, state: Uint8Array): void;
  /** Whether the room takes edits now; else they wait. `RoomHost.reconsider` is told of changes. */
  takesEdits(room: RoomName): boolean;
}

/** The room is at home in another process. */
export class ElsewhereError extends Error {
  readonly owner: RoomOwner;

  constructor(owner: RoomOwner) {
    super(`the room is at home on ${owner.node}`);
    this.name = "ElsewhereError";
    this.owner = owner;
  }
}

/**
 * For a process that shares its store with nobody. A room keeps the epoch of its last record where
 * that is higher: the wall clock, which epochs are made of, may have been set back.
 */
export const soleHome = (home: Home, store: Pick<RoomStore, "describe">): HomeClaims => ({
  async claim(room) {
    const stored = await store.describe(room);
    return { node: home.node, epoch: Math.max(home.epoch, stored?.cursor.epoch ?? 0) };
  },
  release: () => Promise.resolve(),
  fenced() {},
  takesEdits: () => true,
});
