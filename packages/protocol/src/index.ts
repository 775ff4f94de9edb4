export {
  type AwarenessEntry,
  checkAwarenessState,
  decodeAwareness,
  EMPTY_AWARENESS,
  encodeAwareness,
  isNullState,
  NULL_STATE,
} from "./awareness/awareness-update.js";
export type { Brand } from "./brand.js";
export { CloseCode, type CloseReason } from "./close-codes.js";
export { detectDialect } from "./dialect.js";
export {
  type Address,
  encodeAuthenticated,
  encodeClose,
  encodeDenied,
  encodeSyncStatus,
  parseAddress,
  readAddressBytes,
} from "./hocuspocus.js";
export { checkJson } from "./json-check.js";
export { WireLimits } from "./limits.js";
export { LINK_PATH, linkAuthorization, linkUrl } from "./link/authorization.js";
export { FairQueue } from "./link/fair-queue.js";
export {
  decodeHomeFrames,
  encodeHomeFrame,
  type HomeFrame,
  type LinkedOwner,
} from "./link/home-frames.js";
export { LinkWriter, type LinkWriterLimits, type LinkWriterOptions } from "./link/link-writer.js";
export {
  decodeRouterFrames,
  encodeRouterFrame,
  LINK_VERSION,
  type RouterFrame,
} from "./link/router-frames.js";
export { MalformedError } from "./malformed.js";
export {
  NODE_ROOMS_MAX,
  NodeApi,
  type NodeMoved,
  type NodeMoveOrder,
  type NodePrepareOrder,
  type NodeProblem,
  type NodeRoom,
  type NodeRoomOrder,
  type NodeRoomsAnswer,
  type NodeRoomsQuery,
} from "./node-api.js";
export { Reader } from "./reader.js";
export { decodeRoomPath, parseRoomName, type RoomName } from "./room-name.js";
export { finish, type Steps, unhurriedly } from "./steps.js";
export {
  type ClientMessage,
  type Dialect,
  decodeClientMessage,
  encodeAwarenessMessage,
  encodeRefused,
  encodeSettled,
  encodeSync,
  encodeSyncHead,
  MessageType,
} from "./sync.js";
export { addDeletes, containsDeletes, type DeleteSet, normalize } from "./update/delete-set.js";
export { heldSlices } from "./update/held-slices.js";
export {
  EMPTY_UPDATE,
  firstStruct,
  isEmptyScan,
  scanning,
  scanUpdate,
  type UpdateScan,
  type UpdateSection,
} from "./update/scan-update.js";
export { deletesOnly, sliceUpdate, slicing } from "./update/slice-update.js";
export {
  advance,
  covers,
  decodeStateVector,
  encodeStateVector,
  reach,
  type StateVector,
} from "./update/state-vector.js";
export { frameHead, frameMessage, frameMessages } from "./websocket-frame.js";
