import type { NodeRoom } from "@homeroom/protocol";
import type { RoomOwner, RoomStatus } from "@homeroom/room";

/** What can be said of a room without reading it. */
export interface Sight {
  readonly status: RoomStatus;
  readonly owner: RoomOwner | null;
  readonly sessions: number;
  /** Whether everything that the room has accepted is durable, and that is known. */
  readonly durable: boolean;
}

/** What the supposed home says of a room: null, that it is not; `silent`, nothing. */
export type Testimony = NodeRoom | null | "silent";

/** @param owner by what the directory says */
export function sightOf(owner: RoomOwner | null, said: Testimony, stored: boolean): Sight {
  if (owner === null) {
    return { status: stored ? "idle" : "absent", owner, sessions: 0, durable: true };
  }
  // It has a home; what goes on there nobody knows.
  if (said === "silent") return { status: "resting", owner, sessions: 0, durable: false };
  // Nobody has been there since it was moved there, or it is about to be given up.
  if (said === null) return { status: "resting", owner, sessions: 0, durable: true };
  const { status, epoch, sessions, durable } = said;
  return { status, owner: { ...owner, epoch }, sessions, durable };
}
