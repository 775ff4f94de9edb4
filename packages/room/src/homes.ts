import type { CloseCode, CloseReason, RoomName } from "@homeroom/protocol";
import type { RoomOwner } from "./claims.js";

/**
 * The seam between the edge, where sockets end, and the home, where a room's document lives.
 * In one process the edge calls the home directly; in a cluster a link carries these same calls
 * between a router and a coordinator. All of them return at once and none throws: the room may
 * still be loading, and answers come through the audience.
 */
export interface Homes {
  /** Subscribes an audience to a room, once per edge however many sessions follow. */
  subscribe(room: RoomName, audience: Audience): HomeChannel;
}

/** Unique within its audience for the life of the process. */
export type SessionId = number;

/** `comment` may read and be present; it is for what lives beside the document. */
export type Access = "read" | "comment" | "write";

/** From an edge to the home of one room. */
export interface HomeChannel {
  /** `acknowledged`: whether the session wants to hear what is durable. */
  join(session: SessionId, access: Access, acknowledged: boolean): void;
  /** Answered by `sync` messages, the last of them a `step2`. */
  syncStep1(session: SessionId, stateVector: Uint8Array): void;
  /**
   * The session's SyncStep2 or update number `number`, counted from 1. Settled, refused or
   * answered by closing the session; never forgotten.
   */
  update(session: SessionId, number: number, kind: UpdateKind, update: Uint8Array): void;
  /** An encoded awareness update, as the client sent it. */
  awareness(session: SessionId, update: Uint8Array): void;
  queryAwareness(session: SessionId): void;
  leave(session: SessionId): void;
  /**
   * The sessions of this audience had another home before: once the room is loaded, what they may
   * lack is broadcast to them alone. `upTo` is what `moved` said. Where it is null, the home before
   * may have broadcast what is lost with it, and those who may write are asked for what they have.
   */
  resume(upTo: Uint8Array | null): void;
  /** Ends the subscription; the sessions are left as well. */
  unsubscribe(): void;
}

export type UpdateKind = "step2" | "update";

/** Why an update was not taken: the code to close with, where the client cannot be told. */
export type Refusal = CloseReason;

export type SyncKind = "step1" | "step2" | "update";

/** From the home of one room to an edge. */
export interface Audience {
  /** The room is loaded, and at home there under this epoch. Once, perhaps while subscribing. */
  opened(epoch: number): void;
  /** To every session but `except`. */
  broadcastUpdate(update: Uint8Array, except: SessionId | null): void;
  broadcastAwareness(update: Uint8Array): void;
  /** To one session: a state vector (`step1`) or a V1 update, in order. */
  sync(session: SessionId, kind: SyncKind, bytes: Uint8Array): void;
  awareness(session: SessionId, update: Uint8Array): void;
  /** Every message up to `number` is durable or was refused. Never falls. */
  settled(session: SessionId, number: number): void;
  /** Message `number` was not taken; it counts as settled. */
  refused(session: SessionId, number: number, kind: UpdateKind, why: Refusal): void;
  /** Asks for a sign of life from a session whose place another one claims. */
  probe(session: SessionId): void;
  close(session: SessionId | "all", code: CloseCode, reason: string): void;
  /**
   * The room is at home elsewhere, in a place that is known or not. The subscription is over;
   * what is not settled was perhaps not taken, and is to be said again to the new home.
   * @param upTo how far it was broadcast, where the new home has all of that: for `resume` there,
   * and for nobody else to read; null where it perhaps has not
   */
  moved(to: RoomOwner | null, upTo: Uint8Array | null): void;
}
