import type { RoomName } from "@homeroom/protocol";
import { useEffect } from "react";
import { remember } from "../home/recent-documents.js";
import { words } from "../words.js";

/** Names the tab after the document, and lists it among the recent ones once it has opened. */
export function useTitle(
  title: string,
  room: RoomName,
  token: string | null,
  opened: boolean,
): void {
  useEffect(() => {
    document.title = `${title || words.document.untitled} · ${words.product}`;
    if (opened) remember({ room, title, token, openedAt: Date.now() });
  }, [title, room, token, opened]);
}
