import type { Brand } from "./brand.js";
import { WireLimits } from "./limits.js";

/** A room name that passed `parseRoomName`. */
export type RoomName = Brand<string, "RoomName">;

const CONTROL = /\p{Cc}/u;
const LONE_SURROGATE = /\p{Cs}/u;

/**
 * Checks a room name that has been percent-decoded: 1–255 bytes of UTF-8, brought to NFC, no
 * control characters, no empty, `.` or `..` segment between slashes.
 * @returns null where it is none.
 */
export function parseRoomName(text: string): RoomName | null {
  if (CONTROL.test(text) || LONE_SURROGATE.test(text)) return null;
  const name = text.normalize("NFC");
  if (new TextEncoder().encode(name).length > WireLimits.roomNameBytes) return null;
  for (const segment of name.split("/")) {
    if (segment === "" || segment === "." || segment === "..") return null;
  }
  return name as RoomName;
}

/** Like `parseRoomName`, for the path of a URL: decodes it, once. */
export function decodeRoomPath(path: string): RoomName | null {
  try {
    return parseRoomName(decodeURIComponent(path));
  } catch {
    return null;
  }
}
