import type { Brand } from "./brand.js";

/** A room name that passed `parseRoomName`. */
export type RoomName = Brand<string, "RoomName">;
