import type { RoomName } from "./room-name.js";

/**
 * What a coordinator answers to the routers and the coordinators of its cluster over HTTP, beside
 * the link. Every request is a POST with `linkAuthorization(secret)`; bodies are JSON unless said
 * otherwise. An error is a `NodeProblem` under a status of 400 and more.
 */
export const NodeApi = {
  /** `NodeRoomsQuery` → `NodeRoomsAnswer`. */
  rooms: "/node/v1/rooms",
  /** `NodeMoveOrder` → `NodeMoved`: moves a room that is at home here. */
  move: "/node/v1/move",
  /** `NodePrepareOrder` → 204: reads the room ahead of a move to here. */
  prepare: "/node/v1/prepare",
  /** `NodeRoomOrder` → 204: closes the sessions and removes the document. */
  remove: "/node/v1/remove",
  /** `NodeRoomOrder` → the state as one V1 update (`application/octet-stream`), or 204: absent. */
  read: "/node/v1/read",
  /** `?room=` and a V1 update (`application/octet-stream`) → 204 once it is durable. */
  write: "/node/v1/write",
  /** Nothing → 202: begins to move all rooms away. */
  drain: "/node/v1/drain",
  /** Nothing → 202: takes rooms again. */
  resume: "/node/v1/resume",
} as const;

/** Rooms asked about in one request, at most. */
export const NODE_ROOMS_MAX = 1_000;

export interface NodeRoomsQuery {
  readonly rooms: readonly RoomName[];
}

/** One answer per room, in order; null where the room is not at home here. */
export interface NodeRoomsAnswer {
  readonly rooms: readonly (NodeRoom | null)[];
}

export interface NodeRoom {
  readonly status: "live" | "resting";
  readonly epoch: number;
  readonly sessions: number;
  /** Whether everything that the room has accepted is durable. */
  readonly durable: boolean;
}

export interface NodeRoomOrder {
  readonly room: RoomName;
}

export interface NodePrepareOrder extends NodeRoomOrder {
  /** Whether people edit it right now. */
  readonly live: boolean;
}

export interface NodeMoveOrder extends NodeRoomOrder {
  /** A node's id. */
  readonly to: string;
}

export interface NodeMoved {
  readonly from: string;
  readonly to: string;
  readonly epoch: number;
  /** For how long the room took no edits. */
  readonly pausedMs: number;
}

export interface NodeProblem {
  /** A `ServiceErrorCode`, `ELSEWHERE`, `UNAUTHORIZED`, `MALFORMED` or `INTERNAL`. */
  readonly code: string;
  readonly message: string;
  /** With `ELSEWHERE`: where the room is at home. */
  readonly owner?: { readonly node: string; readonly url: string; readonly epoch: number };
}
