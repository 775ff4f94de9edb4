import { parseRoomName, type RoomName } from "@homeroom/protocol";

export const SECRET = "the secret of this cluster, ünlike others";
export const LEASE_MS = 600_000;

export const roomName = (text: string): RoomName => {
  const room = parseRoomName(text);
  if (!room) throw new Error(`not a room name: ${text}`);
  return room;
};
