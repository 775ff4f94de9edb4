import { FilePlus2, FileText, Settings } from "lucide-react";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { addressOf } from "../route.js";
import { Logo } from "../shared/logo.js";
import { useWords } from "../words/words.js";
import { newRoomName } from "./new-room-name.js";
import { OpenByName } from "./open-by-name.js";
import { RecentDocuments } from "./recent/recent-documents-section.js";
import { TEMPLATE_HASH, type Template, templates } from "./templates.js";
import "../styles/home.css";

const SettingsDialog = lazy(async () => ({
  default: (await import("../settings/settings-dialog.js")).SettingsDialog,
}));

export function HomePage(): ReactNode {
  const words = useWords();
  const [settings, setSettings] = useState(false);
  return (
    <div className="home">
      <header className="home__brand">
        <Logo />
        <span>{words.product}</span>
        <button
          type="button"
          className="icon-button"
          aria-label={words.menu.settings}
          title={words.menu.settings}
          aria-haspopup="dialog"
          onClick={() => setSettings(true)}
        >
          <Settings aria-hidden="true" />
        </button>
      </header>
      <main>
        <h1>{words.home.title}</h1>
        <p className="home__lead">{words.home.lead}</p>
        <div className="home__actions">
          <button
            type="button"
            className="button button--primary button--large"
            onClick={() => create(null)}
          >
            <FilePlus2 aria-hidden="true" />
            {words.home.create}
          </button>
          <OpenByName />
        </div>
        <section className="templates" aria-labelledby="templates">
          <h2 id="templates">{words.home.templates}</h2>
          <div className="templates__list">
            {templates.map((template) => (
              <button
                key={template}
                type="button"
                className="button"
                onClick={() => create(template)}
              >
                <FileText aria-hidden="true" />
                {words.template[template]}
              </button>
            ))}
          </div>
        </section>
        <RecentDocuments />
      </main>
      <Suspense>{settings && <SettingsDialog onClose={() => setSettings(false)} />}</Suspense>
    </div>
  );
}

function create(template: Template | null): void {
  const hash = template === null ? "" : TEMPLATE_HASH + template;
  location.assign(addressOf(newRoomName(), null) + hash);
}
