import type { RoomName } from "@homeroom/protocol";
import { useEffect } from "react";
import { remember } from "../home/recent/recent-documents.js";
import { useWords } from "../words/words.js";

/** Names the tab after the document, and lists it among the recent ones once it has opened. */
export function useTitle(
  title: string,
  room: RoomName,
  token: string | null,
  opened: boolean,
): void {
  const words = useWords();
  useEffect(() => {
    document.title = `${title || words.document.untitled} · ${words.product}`;
    if (opened) remember({ room, title, token, openedAt: Date.now() });
  }, [title, room, token, opened, words]);
}
