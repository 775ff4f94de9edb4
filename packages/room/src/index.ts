export type { AuthErrorCode, Authenticator, Identity } from "./edge/authenticator.js";
export { AuthError } from "./edge/authenticator.js";
export type {
  Access,
  Audience,
  HomeChannel,
  Homes,
  SessionId,
  SyncKind,
  UpdateKind,
} from "./homes.js";
export { MemoryStore, type MemoryStoreOptions } from "./memory/memory-store.js";
export type {
  Clock,
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
  RoomOwner,
  RoomPage,
  RoomQuery,
  RoomService,
  RoomStatus,
  ServiceErrorCode,
} from "./service.js";
export { ServiceError } from "./service.js";
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
