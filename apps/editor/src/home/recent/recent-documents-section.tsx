import { FileText, SearchX } from "lucide-react";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { useStored } from "../../shared/use-stored.js";
import { useWords } from "../../words/words.js";
import { DeletionNotice } from "./deletion-notice.js";
import { type RecentDocument, recentStore } from "./recent-documents.js";
import { RecentList } from "./recent-list.js";
import { useDeletion } from "./use-deletion.js";

const RenameDialog = lazy(async () => ({
  default: (await import("./rename-dialog.js")).RenameDialog,
}));
const RemoveDialog = lazy(async () => ({
  default: (await import("./remove-dialog.js")).RemoveDialog,
}));

/** So few are seen at a glance. */
const SEARCHED_FROM = 4;

type Asked = { readonly about: "rename" | "remove"; readonly document: RecentDocument };

/** The documents that were opened in this browser. */
export function RecentDocuments(): ReactNode {
  const words = useWords();
  const recent = useStored(recentStore);
  const [query, setQuery] = useState("");
  const [asked, setAsked] = useState<Asked | null>(null);
  const deletion = useDeletion();
  const wanted = query.trim().toLocaleLowerCase();
  const found = recent.filter(({ room, title }) =>
    `${title || words.document.untitled} ${room}`.toLocaleLowerCase().includes(wanted),
  );
  const close = (): void => setAsked(null);

  return (
    <section className="recent" aria-labelledby="recent">
      <div className="recent__top">
        <h2 id="recent">{words.home.recent}</h2>
        {(recent.length >= SEARCHED_FROM || query !== "") && (
          <input
            type="search"
            aria-label={words.home.search}
            placeholder={words.home.search}
            value={query}
            onChange={(event) => setQuery(event.target.value)}
          />
        )}
      </div>
      {recent.length === 0 && (
        <Nothing icon={FileText} title={words.home.noneYet} hint={words.home.noneYetHint} />
      )}
      {recent.length > 0 && found.length === 0 && (
        <Nothing
          icon={SearchX}
          title={words.home.noneFound(query.trim())}
          hint={words.home.noneFoundHint}
        />
      )}
      <RecentList
        documents={found}
        onRename={(document) => setAsked({ about: "rename", document })}
        onRemove={(document) => setAsked({ about: "remove", document })}
        onForget={deletion.forget}
      />
      <Suspense>
        {asked?.about === "rename" && <RenameDialog document={asked.document} onClose={close} />}
        {asked?.about === "remove" && (
          <RemoveDialog
            document={asked.document}
            onClose={close}
            onConfirm={() => {
              close();
              deletion.remove(asked.document);
            }}
          />
        )}
      </Suspense>
      <DeletionNotice {...deletion} />
    </section>
  );
}

function Nothing(props: { icon: typeof FileText; title: string; hint: string }): ReactNode {
  const Icon = props.icon;
  return (
    <div className="recent__none">
      <Icon aria-hidden="true" />
      <p>{props.title}</p>
      <p className="muted">{props.hint}</p>
    </div>
  );
}
