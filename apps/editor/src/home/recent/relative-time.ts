const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 365 * 86_400_000],
  ["month", 30 * 86_400_000],
  ["week", 7 * 86_400_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

/** "3 hours ago", in the language of the page. */
export function relativeTime(then: number, now: number, language: string): string {
  const format = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const elapsed = Math.max(0, now - then);
  const [unit, ms] = UNITS.find(([, length]) => elapsed >= length) ?? ["second", Infinity];
  return format.format(-Math.floor(elapsed / ms), unit);
}
