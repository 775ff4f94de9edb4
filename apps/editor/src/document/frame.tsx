import { CircleQuestionMark, EllipsisVertical, Settings, Share2 } from "lucide-react";
import type { ReactNode } from "react";
import { Logo } from "../shared/logo.js";
import type { MenuEntry } from "../shared/menu.js";
import { MenuButton } from "../shared/menu-button.js";
import { useWords } from "../words/words.js";
import { Dialogs, dialogStore } from "./dialogs.js";
import { FollowNotice } from "./follow/follow-notice.js";
import { useFollow } from "./follow/use-follow.js";
import type { Opened } from "./opened.js";
import { PeopleAnnouncer } from "./people/people-announcer.js";
import { PeopleList } from "./people/people-list.js";
import { ReadOnlyNotice } from "./read-only-notice.js";
import { RefusalNotice, type TextCopy } from "./refusal/refusal-notice.js";
import { SaveAnnouncer } from "./save/save-announcer.js";
import { SaveIndicator } from "./save/save-indicator.js";
import { TitleField } from "./title-field.js";

interface Props extends Opened {
  /** What the document is called while nobody has named it. */
  readonly fallbackTitle: string;
  readonly textCopy: TextCopy;
  /** Scrolls to the caret of somebody; the same function each time. */
  readonly showCaret: (clientId: number) => void;
  /** Beside the indicator. */
  readonly facts?: ReactNode;
  readonly menu: readonly (readonly MenuEntry[])[];
  /** Below the header, always in sight. */
  readonly tools?: ReactNode;
  readonly children: ReactNode;
}

/** What surrounds a document of either kind: its name, its state, who is here, and the menu. */
export function Frame(props: Props): ReactNode {
  const { provider, copy, doc, status, people, mayWrite, room, token } = props;
  const words = useWords();
  const following = useFollow(provider.awareness, people, props.showCaret);
  const menu = [
    ...props.menu,
    [
      { id: "help", name: words.menu.help, icon: CircleQuestionMark, run: open("help") },
      { id: "settings", name: words.menu.settings, icon: Settings, run: open("settings") },
    ],
  ];
  return (
    <div className={status.state === "connecting" ? "document document--opening" : "document"}>
      <div className="document__top">
        <header className="header">
          <a
            className="header__home"
            href="/"
            aria-label={words.document.home}
            title={words.document.home}
          >
            <Logo />
          </a>
          <div className="header__what">
            <TitleField
              doc={doc}
              fallback={props.fallbackTitle}
              editable={mayWrite && status.state !== "refused"}
            />
            <div className="header__facts">
              <SaveIndicator status={status} />
              {props.facts}
            </div>
          </div>
          <PeopleList people={people} {...following} />
          <button
            type="button"
            className="button button--share"
            aria-haspopup="dialog"
            onClick={open("share")}
          >
            <Share2 aria-hidden="true" />
            <span>{words.share.open}</span>
          </button>
          <MenuButton label={words.menu.open} icon={EllipsisVertical} groups={menu} />
        </header>
        {props.tools}
        {!mayWrite && <ReadOnlyNotice />}
        {status.state === "refused" && (
          <RefusalNotice
            status={status}
            textCopy={props.textCopy}
            provider={provider}
            localCopy={copy}
          />
        )}
        <FollowNotice {...following} />
      </div>
      <SaveAnnouncer status={status} />
      <PeopleAnnouncer people={people} />
      {props.children}
      <Dialogs room={room} token={token} />
    </div>
  );
}

function open(dialog: "help" | "settings" | "share"): () => void {
  return () => dialogStore.set(dialog);
}
