import { usePeople, useSaveState } from "@homeroom/client/react";
import type { RoomName } from "@homeroom/protocol";
import { EditorContent, useEditorState } from "@tiptap/react";
import { type ReactNode, useEffect, useSyncExternalStore } from "react";
import { profileStore } from "../profile/profile.js";
import { useCarets } from "./carets/use-carets.js";
import { Header } from "./header.js";
import { type OpenDocument, useOpenDocument } from "./open-document.js";
import { RefusalNotice } from "./refusal/refusal-notice.js";
import { SaveAnnouncer } from "./save/save-announcer.js";
import { titleOf } from "./title.js";
import { Toolbar } from "./toolbar/toolbar.js";
import { useFirstFocus } from "./use-first-focus.js";
import { useTextEditor } from "./use-text-editor.js";
import { useTitle } from "./use-title.js";

export function DocumentPage(props: { room: RoomName; token: string | null }): ReactNode {
  const opened = useOpenDocument(props.room, props.token);
  return opened && <Page opened={opened} {...props} />;
}

function Page(props: { opened: OpenDocument; room: RoomName; token: string | null }): ReactNode {
  const { opened, room, token } = props;
  const { provider } = opened;
  const status = useSaveState(provider);
  const people = usePeople(provider.awareness);
  const profile = useSyncExternalStore(profileStore.subscribe, profileStore.get);
  const editor = useTextEditor(opened, status.state !== "refused");
  const title = useEditorState({ editor, selector: (state) => titleOf(state.editor.state.doc) });
  useTitle(title, room, token, status.state === "saved");
  useFirstFocus(editor, status.state === "saved");
  useCarets(editor, provider.awareness, people);
  useEffect(() => {
    provider.awareness.setLocalStateField("user", { name: profile.name, color: profile.color });
  }, [provider, profile]);

  return (
    <div className={status.state === "connecting" ? "document document--opening" : "document"}>
      <div className="document__top">
        <Header title={title} status={status} people={people} canShare={token === null} />
        <Toolbar editor={editor} disabled={status.state === "refused"} />
        {status.state === "refused" && (
          <RefusalNotice status={status} editor={editor} provider={provider} />
        )}
      </div>
      <SaveAnnouncer status={status} />
      <main className="document__page">
        <EditorContent editor={editor} className="document__text" />
      </main>
    </div>
  );
}
