export { ElsewhereError, type HomeClaims, type RoomOwner, soleHome } from "./claims.js";
export type { AuthErrorCode, Authenticator, Identity } from "./edge/authenticator.js";
export { AuthError } from "./edge/authenticator.js";
export type { ConnectionRequest, EdgeConnection } from "./edge/connection.js";
export { Edge, type EdgeOptions } from "./edge/edge.js";
export { defaultEdgeLimits, type EdgeLimits } from "./edge/edge-limits.js";
export { writeDirectly } from "./home/direct-write.js";
export type { Room } from "./home/room.js";
export { RoomHost, type RoomHostOptions } from "./home/room-host.js";
export type {
  Access,
  Audience,
  HomeChannel,
  Homes,
  Refusal,
  SessionId,
  SyncKind,
  UpdateKind,
} from "./homes.js";
export { defaultRoomLimits, type RoomLimits } from "./limits.js";
export { MemoryStore, type MemoryStoreOptions } from "./memory/memory-store.js";
export { mergeUpdates } from "./merge-updates.js";
export type {
  Clock,
  FrameBytes,
  Logger,
  Meter,
  RefusalReason,
  RoomStateName,
  Socket,
  Timer,
  WriteResult,
} from "./ports.js";
export type {
  MoveReport,
  NodeDescription,
  RoomDescription,
  RoomPage,
  RoomQuery,
  RoomService,
  RoomStatus,
  ServiceErrorCode,
} from "./service.js";
export { ServiceError } from "./service.js";
export { silentMeter } from "./silent-meter.js";
export type {
  Append,
  AppendOutcome,
  Cursor,
  Home,
  ListRooms,
  RoomStore,
  StoredRoom,
  StoredRoomSummary,
  StoreErrorCode,
} from "./store.js";
export { compareCursors, formatCursor, StoreError } from "./store.js";
export { systemClock } from "./system-clock.js";
