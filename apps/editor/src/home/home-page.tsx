import { FilePlus2, FileText, X } from "lucide-react";
import { type ReactNode, useSyncExternalStore } from "react";
import { addressOf } from "../route.js";
import { Logo } from "../shared/logo.js";
import { words } from "../words.js";
import { newRoomName } from "./new-room-name.js";
import { OpenByName } from "./open-by-name.js";
import { forget, type RecentDocument, recentStore } from "./recent-documents.js";
import { relativeTime } from "./relative-time.js";

export function HomePage(): ReactNode {
  const recent = useSyncExternalStore(recentStore.subscribe, recentStore.get);
  return (
    <div className="home">
      <header className="home__brand">
        <Logo />
        <span>{words.product}</span>
      </header>
      <main>
        <h1>{words.home.title}</h1>
        <p className="home__lead">{words.home.lead}</p>
        <div className="home__actions">
          <button
            type="button"
            className="button button--primary button--large"
            onClick={() => location.assign(addressOf(newRoomName(), null))}
          >
            <FilePlus2 aria-hidden="true" />
            {words.home.create}
          </button>
          <OpenByName />
        </div>
        <section className="recent" aria-labelledby="recent">
          <h2 id="recent">{words.home.recent}</h2>
          {recent.length === 0 ? <NoneYet /> : <RecentList documents={recent} />}
        </section>
      </main>
    </div>
  );
}

function NoneYet(): ReactNode {
  return (
    <div className="recent__none">
      <FileText aria-hidden="true" />
      <p>{words.home.noneYet}</p>
      <p className="muted">{words.home.noneYetHint}</p>
    </div>
  );
}

function RecentList({ documents }: { documents: readonly RecentDocument[] }): ReactNode {
  const now = Date.now();
  return (
    <ul className="recent__list">
      {documents.map(({ room, title, token, openedAt }) => (
        <li key={room}>
          <a href={addressOf(room, token)}>
            <FileText aria-hidden="true" />
            <span className="recent__title">{title || words.document.untitled}</span>
            <span className="recent__room muted">{room}</span>
            <time className="muted" dateTime={new Date(openedAt).toISOString()}>
              {relativeTime(openedAt, now, document.documentElement.lang)}
            </time>
          </a>
          <button
            type="button"
            className="icon-button"
            aria-label={words.home.forget(title || words.document.untitled)}
            onClick={() => forget(room)}
          >
            <X aria-hidden="true" />
          </button>
        </li>
      ))}
    </ul>
  );
}
