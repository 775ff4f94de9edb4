import { Stored } from "../shared/stored.js";

/** A language that this page speaks, by its BCP 47 code. */
export type Language = "en" | "de";

/** In the words of those who speak them, so that people find their own. */
export const LANGUAGES: ReadonlyMap<Language, string> = new Map([
  ["en", "English"],
  ["de", "Deutsch"],
]);

/** What somebody chose; null follows the browser. */
export const languageStore: Stored<Language | null> = new Stored("homeroom:language", parse);

/** The first language of the browser that this page speaks, else English. */
export function browserLanguage(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    const language = parse(tag.split("-", 1)[0]?.toLowerCase());
    if (language !== null) return language;
  }
  return "en";
}

function parse(value: unknown): Language | null {
  for (const language of LANGUAGES.keys()) if (language === value) return language;
  return null;
}
