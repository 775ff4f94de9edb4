/** What a check found: fine, worth knowing, or to be mended. */
export interface Finding {
  readonly verdict: "ok" | "note" | "mend";
  /** What was looked at. */
  readonly subject: string;
  /** What was found and, unless it is fine, what to do. */
  readonly words: string;
}

export const ok = (subject: string, words: string): Finding => ({ verdict: "ok", subject, words });
export const note = (subject: string, words: string): Finding => ({
  verdict: "note",
  subject,
  words,
});
export const mend = (subject: string, words: string): Finding => ({
  verdict: "mend",
  subject,
  words,
});
