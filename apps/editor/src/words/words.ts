import { useSyncExternalStore } from "react";
import type { Words } from "./en.js";
import { browserLanguage, type Language, languageStore } from "./language.js";

export type { Words } from "./en.js";

/** A page loads the one language that it speaks. */
const LOADERS: Readonly<Record<Language, () => Promise<Words>>> = {
  en: async () => (await import("./en.js")).en,
  de: async () => (await import("./de.js")).de,
};

const listeners = new Set<() => void>();
let spoken: Words | null = null;

/** Loads the words of the chosen language, and again whenever another is chosen. */
export async function speak(): Promise<void> {
  await load();
  languageStore.subscribe(() => void load());
}

/** The words as they are now, where no component can ask; never before `speak` has resolved. */
export function wordsNow(): Words {
  if (spoken === null) throw new Error("the words are not loaded yet");
  return spoken;
}

/** Every string that people read, in their language; renders again when they choose another. */
export function useWords(): Words {
  return useSyncExternalStore(subscribe, wordsNow);
}

async function load(): Promise<void> {
  const language = languageStore.get() ?? browserLanguage(navigator.languages);
  const words = await LOADERS[language]();
  // Somebody may have chosen another one meanwhile, which then loads by itself.
  if (language !== (languageStore.get() ?? browserLanguage(navigator.languages))) return;
  spoken = words;
  document.documentElement.lang = language;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
