import type { RoomName } from "@homeroom/protocol";
import { addressOf } from "../../route.js";

/** A server that says nothing for so long will not. */
const PATIENCE_MS = 10_000;
const DAY_SECONDS = 86_400;

export interface LinkWish {
  readonly access: "read" | "write";
  readonly days: number;
}

export interface MadeLink {
  readonly address: string;
  readonly expiresAt: Date;
}

/** Has the server sign a link. Never rejects. @param token one's own */
export async function makeLink(
  room: RoomName,
  token: string,
  { access, days }: LinkWish,
): Promise<MadeLink | "forbidden" | "unavailable" | "failed"> {
  try {
    const answer = await fetch(`/api/v1/rooms/${encodeURIComponent(room)}/links`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ access, ttlSeconds: days * DAY_SECONDS }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (answer.status === 401 || answer.status === 403) return "forbidden";
    // Only others can sign, or no token can name this room alone: trying again is of no use.
    if (answer.status === 501 || answer.status === 422) return "unavailable";
    if (!answer.ok) return "failed";
    const made: { readonly token: string; readonly expiresAt: string } = await answer.json();
    const address = location.origin + addressOf(room, made.token);
    return { address, expiresAt: new Date(made.expiresAt) };
  } catch {
    return "failed";
  }
}
