import type { UpdateScan } from "@homeroom/protocol";
import type { Access, Audience, SessionId, UpdateKind } from "../homes.js";
import type { Acknowledgements } from "./acknowledgements.js";

/** One session in a room, as its home knows it. */
export interface Member {
  readonly session: SessionId;
  readonly audience: Audience;
  readonly access: Access;
  /** Null for a session that does not care when its edits are durable. */
  readonly acknowledgements: Acknowledgements | null;
  /** It was sent a SyncStep1 with the document, and has not answered it yet. */
  greeted: boolean;
  /** The last question for what the room lacks. */
  asked: {
    /** Monotonic. */
    readonly at: number;
    /** The room's, when it was asked. */
    readonly position: number;
    /** How many questions have had no answer that helped. */
    readonly times: number;
  } | null;
  /** It has left or was closed; what it sent before still counts. */
  gone: boolean;
  /** It sent what breaks documents; nothing of it counts any more. */
  banned: boolean;
}

/** An update as it arrived. */
export interface Arrival {
  readonly member: Member;
  readonly number: number;
  readonly kind: UpdateKind;
  readonly bytes: Uint8Array;
  /** Monotonic. */
  readonly at: number;
}

/** An update that waits to be applied. */
export interface Submission extends Arrival {
  readonly scan: UpdateScan;
}
