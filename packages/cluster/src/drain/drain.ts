import type { RoomName } from "@homeroom/protocol";
import { type Candidate, place } from "../placement/placement.js";

/** A room that is to leave, and how many people it would keep waiting. */
export interface LeavingRoom {
  readonly room: RoomName;
  readonly sessions: number;
}

export interface Move {
  readonly room: RoomName;
  readonly to: string;
}

export interface DrainLimits {
  /** Moves under way at the same time. */
  readonly concurrency: number;
  /** A room that could not be moved this often is left where it is. */
  readonly attempts: number;
  /** Before a failed move is tried again; doubled each time. */
  readonly retryAfterMs: number;
}

export const defaultDrainLimits: DrainLimits = {
  concurrency: 32,
  attempts: 5,
  retryAfterMs: 250,
};

export interface DrainProgress {
  readonly waiting: number;
  readonly moving: number;
  readonly moved: number;
  /** Given up after too many attempts. */
  readonly stuck: number;
}

interface Waiting extends LeavingRoom {
  readonly failures: number;
  /** Monotonic milliseconds before which it is not tried. */
  readonly notBefore: number;
}

/**
 * Empties a node, some rooms at a time and the busiest first [D1–D6]. It decides only: whoever
 * drains asks for moves, carries them out, and says what became of each.
 */
export class Drain {
  readonly #limits: DrainLimits;
  readonly #waiting = new Map<RoomName, Waiting>();
  readonly #moving = new Map<RoomName, Waiting>();
  #moved = 0;
  #stuck = 0;

  constructor(rooms: Iterable<LeavingRoom>, limits: DrainLimits = defaultDrainLimits) {
    this.#limits = limits;
    const busiestFirst = [...rooms].sort((a, b) => b.sessions - a.sessions);
    for (const room of busiestFirst) this.add(room);
  }

  /** A room that has come to the node since; nothing where it is known already. */
  add({ room, sessions }: LeavingRoom): void {
    if (this.#waiting.has(room) || this.#moving.has(room)) return;
    this.#waiting.set(room, { room, sessions, failures: 0, notBefore: Number.NEGATIVE_INFINITY });
  }

  /** A room that has left by itself: it was closed, deleted, or claimed by another node. */
  left(room: RoomName): void {
    this.#waiting.delete(room);
  }

  /**
   * The moves to begin now: none where enough are under way, or no node can take a room.
   * @param now monotonic milliseconds
   * @param among the nodes that may be given rooms
   */
  next(now: number, among: readonly Candidate[]): readonly Move[] {
    const moves: Move[] = [];
    const loads = new Map(among.map(({ node, rooms }) => [node, rooms]));
    for (const waiting of this.#waiting.values()) {
      if (this.#moving.size >= this.#limits.concurrency) break;
      if (waiting.notBefore > now) continue;
      const targets = Array.from(loads, ([node, rooms]) => ({ node, rooms }));
      const to = place(waiting.room, targets, null);
      if (to === null) break;
      loads.set(to, (loads.get(to) ?? 0) + 1);
      this.#waiting.delete(waiting.room);
      this.#moving.set(waiting.room, waiting);
      moves.push({ room: waiting.room, to });
    }
    return moves;
  }

  moved(room: RoomName): void {
    if (this.#moving.delete(room)) this.#moved++;
  }

  /** @param now monotonic milliseconds */
  failed(room: RoomName, now: number): void {
    const moving = this.#moving.get(room);
    if (!moving) return;
    this.#moving.delete(room);
    const failures = moving.failures + 1;
    if (failures >= this.#limits.attempts) {
      this.#stuck++;
      return;
    }
    const notBefore = now + this.#limits.retryAfterMs * 2 ** (failures - 1);
    this.#waiting.set(room, { ...moving, failures, notBefore });
  }

  get progress(): DrainProgress {
    return {
      waiting: this.#waiting.size,
      moving: this.#moving.size,
      moved: this.#moved,
      stuck: this.#stuck,
    };
  }

  get done(): boolean {
    return this.#waiting.size === 0 && this.#moving.size === 0;
  }
}
