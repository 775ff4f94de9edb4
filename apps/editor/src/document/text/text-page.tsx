import type { Editor } from "@tiptap/core";
import { type ReactNode, Suspense, useEffect, useState } from "react";
import { late } from "../../shared/late.js";
import { useStored } from "../../shared/use-stored.js";
import { showCaret } from "../carets/caret-element.js";
import { useCarets } from "../carets/use-carets.js";
import { Frame } from "../frame.js";
import type { Opened } from "../opened.js";
import { copyText } from "../refusal/copy-text.js";
import { firstLineOf, useGivenTitle } from "../title.js";
import { isCommand } from "../use-shortcuts.js";
import { useTitle } from "../use-title.js";
import { WordCount } from "../word-count.js";
import { EditorContent } from "./editor-content.js";
import { ImageNotice } from "./images/image-notice.js";
import { ImportNotice } from "./import-notice.js";
import { linkStore } from "./link/link-store.js";
import { SlashMenu } from "./slash/slash-menu.js";
import { useEditorState } from "./use-editor-state.js";
import { useFirstFocus } from "./use-first-focus.js";
import { useTemplate } from "./use-template.js";
import { useTextEditor } from "./use-text-editor.js";
import { useTextMenu } from "./use-text-menu.js";

/** The text comes before its tools. */
const Toolbar = late(async () => (await import("../toolbar/toolbar.js")).Toolbar);
const FindBar = late(async () => (await import("./find/find-bar.js")).FindBar);
const Outline = late(async () => (await import("../outline/outline.js")).Outline);
const LinkDialog = late(async () => (await import("./link/link-dialog.js")).LinkDialog);

interface Props extends Opened {
  readonly editor: Editor;
  readonly editable: boolean;
}

/** A document of rich text. */
export function TextPage(opened: Opened): ReactNode {
  const editable = opened.mayWrite && opened.status.state !== "refused";
  const editor = useTextEditor(opened, editable);
  return editor && <TextDocument {...opened} editor={editor} editable={editable} />;
}

function TextDocument({ editor, editable, ...opened }: Props): ReactNode {
  const { status, people, provider, mayWrite, doc, room, token } = opened;
  const firstLine = useEditorState(editor, () => firstLineOf(editor.state.doc));
  const title = useGivenTitle(doc) || firstLine;
  const [finding, setFinding] = useState(false);
  const [outlined, setOutlined] = useState(false);
  const linking = useStored(linkStore);
  const isOpen = status.state === "saved";
  useTitle(title, room, token, isOpen);
  useFirstFocus(editor, isOpen);
  useTemplate(editor, isOpen && editable);
  useCarets(editor, provider.awareness, people);
  useFindKey(() => setFinding(true));
  const menu = useTextMenu({
    editor,
    title,
    editable,
    onFind: () => setFinding(true),
    onOutline: () => setOutlined(!outlined),
  });

  return (
    <Frame
      {...opened}
      fallbackTitle={firstLine}
      textCopy={{ isEmpty: editor.isEmpty, copy: () => copyText(editor) }}
      showCaret={showCaret}
      facts={<WordCount editor={editor} />}
      menu={menu}
      tools={
        <>
          {mayWrite && (
            <Suspense fallback={<div className="toolbar" />}>
              <Toolbar editor={editor} disabled={!editable} />
            </Suspense>
          )}
          <Suspense>
            {finding && (
              <FindBar editor={editor} canReplace={editable} onClose={() => setFinding(false)} />
            )}
          </Suspense>
          <ImageNotice />
          <ImportNotice />
        </>
      }
    >
      <div className={outlined ? "document__body--outlined" : undefined}>
        <Suspense>
          {outlined && <Outline editor={editor} onClose={() => setOutlined(false)} />}
        </Suspense>
        <main className="document__page">
          <EditorContent editor={editor} />
        </main>
      </div>
      <SlashMenu />
      <Suspense>
        {linking && <LinkDialog editor={editor} onClose={() => linkStore.set(false)} />}
      </Suspense>
    </Frame>
  );
}

/** The browser's own search knows nothing of replacing, nor of what is not on the page. */
function useFindKey(onFind: () => void): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (!isCommand(event, "f")) return;
      event.preventDefault();
      onFind();
      document.querySelector<HTMLInputElement>(".find input")?.focus();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  });
}
