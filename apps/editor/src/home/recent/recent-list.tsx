import { EllipsisVertical, FileText, ListX, Pencil, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { addressOf } from "../../route.js";
import { MenuButton } from "../../shared/menu-button.js";
import { useWords } from "../../words/words.js";
import type { RecentDocument } from "./recent-documents.js";
import { relativeTime } from "./relative-time.js";

interface Props {
  readonly documents: readonly RecentDocument[];
  readonly onRename: (document: RecentDocument) => void;
  readonly onRemove: (document: RecentDocument) => void;
  readonly onForget: (document: RecentDocument) => void;
}

export function RecentList({ documents, onRename, onRemove, onForget }: Props): ReactNode {
  const words = useWords();
  const now = Date.now();
  if (documents.length === 0) return null;
  return (
    <ul className="recent__list">
      {documents.map((each) => {
        const { room, token, openedAt } = each;
        const title = each.title || words.document.untitled;
        return (
          <li key={room}>
            <a href={addressOf(room, token)}>
              <FileText aria-hidden="true" />
              <span className="recent__title">{title}</span>
              <span className="recent__room muted">{room}</span>
              <time className="muted" dateTime={new Date(openedAt).toISOString()}>
                {relativeTime(openedAt, now, document.documentElement.lang)}
              </time>
            </a>
            <MenuButton
              label={words.home.actions(title)}
              icon={EllipsisVertical}
              groups={[
                [
                  {
                    id: "rename",
                    name: words.home.rename,
                    icon: Pencil,
                    run: () => onRename(each),
                  },
                  { id: "forget", name: words.home.forget, icon: ListX, run: () => onForget(each) },
                ],
                [
                  {
                    id: "remove",
                    name: words.home.remove,
                    icon: Trash2,
                    run: () => onRemove(each),
                  },
                ],
              ]}
            />
          </li>
        );
      })}
    </ul>
  );
}
