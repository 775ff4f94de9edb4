export type { Brand } from "./brand.js";
export { CloseCode, type CloseReason } from "./close-codes.js";
export type { RoomName } from "./room-name.js";
