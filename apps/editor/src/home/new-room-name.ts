import { parseRoomName, type RoomName } from "@homeroom/protocol";

/** Without letters and digits that look alike. 32 of them, so each carries five bits. */
const ALPHABET = "23456789abcdefghijkmnpqrstuvwxyz";
const GROUPS = 3;
const GROUP_LENGTH = 5;

/**
 * A room name that nobody can guess: where there is no authentication, knowing it is what lets
 * people in. 75 random bits, in groups that can be read out.
 */
export function newRoomName(): RoomName {
  const letters = Array.from(
    crypto.getRandomValues(new Uint8Array(GROUPS * GROUP_LENGTH)),
    (byte) => ALPHABET.charAt(byte % ALPHABET.length),
  ).join("");
  const name = parseRoomName(letters.match(/.{5}/g)?.join("-") ?? "");
  if (name === null) throw new Error("a generated name must be a room name");
  return name;
}
