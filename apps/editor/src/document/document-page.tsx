import { usePeople } from "@homeroom/client/react";
import { CloseCode, type RoomName } from "@homeroom/protocol";
import { lazy, type ReactNode, Suspense, useEffect } from "react";
import { profileStore } from "../profile/profile.js";
import { useStored } from "../shared/use-stored.js";
import { mayWrite } from "./access.js";
import { useMode } from "./mode.js";
import { type OpenDocument, useOpenDocument } from "./open-document.js";
import { useSteadyStatus } from "./save/use-steady-status.js";
import { useShortcuts } from "./use-shortcuts.js";

/** Each kind of document brings an editor of its own, and does without the other's. */
const TextPage = lazy(async () => ({ default: (await import("./text/text-page.js")).TextPage }));
const CodePage = lazy(async () => ({ default: (await import("./code/code-page.js")).CodePage }));

interface Props {
  readonly room: RoomName;
  readonly token: string | null;
}

export function DocumentPage(props: Props): ReactNode {
  const opened = useOpenDocument(props.room, props.token);
  return opened && <Page opened={opened} {...props} />;
}

function Page({ opened, room, token }: Props & { opened: OpenDocument }): ReactNode {
  const { provider, copy } = opened;
  const status = useSteadyStatus(provider);
  const people = usePeople(provider.awareness);
  const profile = useStored(profileStore);
  const mode = useMode();
  useShortcuts();
  useEffect(() => {
    provider.awareness.setLocalStateField("user", { name: profile.name, color: profile.color });
  }, [provider, profile]);

  const isDeleted = status.state === "refused" && status.code === CloseCode.deleted;
  useEffect(() => {
    // Else the next visit would bring the document back for everybody.
    if (isDeleted) void copy.forget();
  }, [isDeleted, copy]);

  const now = { ...opened, room, token, status, people, mayWrite: mayWrite(token) };
  const Kind = mode === "text" ? TextPage : CodePage;
  return (
    <Suspense>
      <Kind {...now} />
    </Suspense>
  );
}
