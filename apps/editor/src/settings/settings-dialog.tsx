import type { ReactNode } from "react";
import { Dialog } from "../shared/dialog.js";
import { useStored } from "../shared/use-stored.js";
import { LANGUAGES, type Language, languageStore } from "../words/language.js";
import { useWords } from "../words/words.js";
import { announceStore, type Theme, themeStore, themes } from "./settings.js";

/** What somebody chooses for this browser; each choice holds at once. */
export function SettingsDialog({ onClose }: { onClose: () => void }): ReactNode {
  const words = useWords();
  const language = useStored(languageStore);
  const theme = useStored(themeStore);
  const announce = useStored(announceStore);
  return (
    <Dialog title={words.settings.title} onClose={onClose}>
      <div className="fields">
        <label className="field">
          {words.settings.language}
          <select
            value={language ?? ""}
            onChange={(event) => languageStore.set((event.target.value || null) as Language | null)}
          >
            <option value="">{words.settings.automatic}</option>
            {Array.from(LANGUAGES, ([code, name]) => (
              <option key={code} value={code} lang={code}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label className="field">
          {words.settings.theme}
          <select value={theme} onChange={(event) => themeStore.set(event.target.value as Theme)}>
            {themes.map((each) => (
              <option key={each} value={each}>
                {words.settings[each]}
              </option>
            ))}
          </select>
        </label>
        <label className="check">
          <input
            type="checkbox"
            checked={announce}
            onChange={(event) => announceStore.set(event.target.checked)}
          />
          {words.settings.announce}
        </label>
      </div>
    </Dialog>
  );
}
