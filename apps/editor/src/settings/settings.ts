import { Stored } from "../shared/stored.js";

const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];
export const themes: readonly Theme[] = THEMES;

export const themeStore: Stored<Theme> = new Stored(
  "homeroom:theme",
  (value) => THEMES.find((theme) => theme === value) ?? "system",
);

/** Whether screen readers hear who joins and leaves. */
export const announceStore: Stored<boolean> = new Stored(
  "homeroom:announce",
  (value) => value !== false,
);

/** Shows the page in the chosen colours, now and whenever others are chosen. */
export function showTheme(): void {
  const show = (): void => {
    document.documentElement.dataset.theme = themeStore.get();
  };
  show();
  themeStore.subscribe(show);
}
