import { parseRoomName, type RoomName } from "@homeroom/protocol";

/** What an address of this page means. */
export type Route =
  | { readonly page: "home" }
  | { readonly page: "document"; readonly room: RoomName; readonly token: string | null }
  | { readonly page: "invalid" };

export function routeOf(location: { readonly pathname: string; readonly search: string }): Route {
  if (location.pathname === "/") return { page: "home" };
  const room = roomOf(location.pathname);
  if (room === null) return { page: "invalid" };
  return { page: "document", room, token: new URLSearchParams(location.search).get("token") };
}

/** Where a document is; the inverse of `routeOf`. */
export function addressOf(room: RoomName, token: string | null): string {
  const path = `/d/${encodeURIComponent(room)}`;
  return token === null ? path : `${path}?${new URLSearchParams({ token })}`;
}

function roomOf(pathname: string): RoomName | null {
  if (!pathname.startsWith("/d/")) return null;
  try {
    return parseRoomName(decodeURIComponent(pathname.slice("/d/".length)));
  } catch {
    return null;
  }
}
