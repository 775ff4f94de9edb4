import { HomeroomProvider } from "@homeroom/client";
import type { RoomName } from "@homeroom/protocol";
import { useEffect, useState } from "react";
import { Doc } from "yjs";
import { serverUrl } from "../server-url.js";
import { LocalCopy } from "./local-copy.js";

/** A document with its connection and its copy; all end when the page lets go of it. */
export interface OpenDocument {
  readonly doc: Doc;
  readonly provider: HomeroomProvider;
  readonly copy: LocalCopy;
}

/**
 * Opens what this browser keeps, then connects: what was written without a server counts as
 * unsaved until the server has confirmed it.
 * @returns null until the copy is there
 */
export function useOpenDocument(room: RoomName, token: string | null): OpenDocument | null {
  const [opened, setOpened] = useState<OpenDocument | null>(null);
  useEffect(() => {
    const doc = new Doc();
    const copy = new LocalCopy(room, doc);
    let provider: HomeroomProvider | null = null;
    let endNotes: (() => void) | null = null;
    let left = false;
    void copy.opened.then(() => {
      if (left) return;
      const made = new HomeroomProvider(serverUrl(), room, doc, {
        params: token === null ? {} : { token },
        warnBeforeLeaving: true,
        ...(copy.saved !== undefined && { savedSnapshot: copy.saved }),
        // Tabs of one browser meet at the server, as all others do: one path, one meaning of "saved".
        disableBc: true,
      });
      provider = made;
      endNotes = copy.noteSaved(
        () => made.saveState === "saved",
        (listener) => {
          made.on("save", listener);
          return () => made.off("save", listener);
        },
      );
      setOpened({ doc, provider, copy });
    });
    return () => {
      left = true;
      endNotes?.();
      provider?.destroy();
      copy.close();
      doc.destroy();
    };
  }, [room, token]);
  return opened;
}
