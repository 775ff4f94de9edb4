import { HomeroomProvider } from "@homeroom/client";
import type { RoomName } from "@homeroom/protocol";
import { useEffect, useState } from "react";
import { Doc } from "yjs";

/** A document with its connection; both end when the page lets go of it. */
export interface OpenDocument {
  readonly doc: Doc;
  readonly provider: HomeroomProvider;
}

/** @returns null on the first render only */
export function useOpenDocument(room: RoomName, token: string | null): OpenDocument | null {
  const [opened, setOpened] = useState<OpenDocument | null>(null);
  useEffect(() => {
    const doc = new Doc();
    const provider = new HomeroomProvider(serverUrl(), room, doc, {
      params: token === null ? {} : { token },
      warnBeforeLeaving: true,
      // Tabs of one browser meet at the server, as all others do: one path, one meaning of "saved".
      disableBc: true,
    });
    setOpened({ doc, provider });
    return () => {
      provider.destroy();
      doc.destroy();
    };
  }, [room, token]);
  return opened;
}

/** The server that this page came from. */
function serverUrl(): string {
  return `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}`;
}
