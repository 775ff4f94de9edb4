import type { RoomName } from "@homeroom/protocol";
import type { RoomOwner } from "./claims.js";
import type { Cursor } from "./store.js";

/**
 * What the HTTP API asks of the rooms and the nodes, wherever they are. In one process the
 * coordinator answers; in a cluster a router answers from the directory and its links.
 * Every method may reject with a `ServiceError`.
 */
export interface RoomService {
  list(query: RoomQuery): Promise<RoomPage>;
  describe(room: RoomName): Promise<RoomDescription>;
  /** Finds or gives the room a home. */
  home(room: RoomName): Promise<RoomOwner>;
  move(room: RoomName, to: string): Promise<MoveReport>;
  /** The live state as one V1 update, null where the room is absent. */
  read(room: RoomName): Promise<Uint8Array | null>;
  /** Applies a V1 update; resolves once it is durable. */
  write(room: RoomName, update: Uint8Array): Promise<void>;
  /** Closes the sessions with 4404 and removes the document. */
  remove(room: RoomName): Promise<void>;
  nodes(): Promise<readonly NodeDescription[]>;
  drain(node: string): Promise<void>;
  resume(node: string): Promise<void>;
}

/** `live` and `resting` rooms have a home; `idle` is stored only; `absent` was never written. */
export type RoomStatus = "live" | "resting" | "idle" | "absent";

export interface RoomQuery {
  readonly prefix: string;
  /** Opaque: the `cursor` of the page before. */
  readonly cursor: string | null;
  readonly limit: number;
}

export interface RoomPage {
  readonly rooms: readonly {
    readonly room: RoomName;
    readonly status: RoomStatus;
    readonly owner: RoomOwner | null;
    readonly sessions: number;
  }[];
  /** Where the next page starts, null on the last. */
  readonly cursor: string | null;
}

export interface RoomDescription {
  readonly room: RoomName;
  readonly status: RoomStatus;
  readonly owner: RoomOwner | null;
  readonly sessions: number;
  /** The last durable record, null where nothing was written. */
  readonly cursor: Cursor | null;
  /** Whether everything that the room has accepted is durable. */
  readonly durable: boolean;
  /** Stored bytes. */
  readonly bytes: number;
  /** Milliseconds since the epoch of the last durable edit, null where there was none. */
  readonly updatedAt: number | null;
}

export interface MoveReport {
  readonly room: RoomName;
  readonly from: string;
  readonly to: string;
  readonly epoch: number;
  readonly pausedMs: number;
}

export interface NodeDescription {
  readonly id: string;
  readonly incarnation: string;
  readonly status: "active" | "draining" | "lost";
  readonly url: string;
  readonly rooms: number;
  readonly sessions: number;
  readonly eventLoopLagMs: number;
  readonly heapBytes: number;
  readonly leaseAgeMs: number;
}

export type ServiceErrorCode =
  /** The room's stored records are damaged; it is quarantined. */
  | "ROOM_DAMAGED"
  /** The update is malformed or does not apply. */
  | "UPDATE_REFUSED"
  /** The update builds on edits that this room does not hold. */
  | "UPDATE_GAP"
  /** The update or the document is over its limit. */
  | "TOO_LARGE"
  /** No home can be had now; try again later. */
  | "NO_HOME"
  /** The journal cannot be written now; try again later. */
  | "UNAVAILABLE"
  /** There is no such node. */
  | "UNKNOWN_NODE"
  /** What was asked for cannot be done in this state of things. */
  | "CONFLICT";

export class ServiceError extends Error {
  readonly code: ServiceErrorCode;

  constructor(code: ServiceErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ServiceError";
    this.code = code;
  }
}
