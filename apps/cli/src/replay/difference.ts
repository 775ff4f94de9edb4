import { inWords } from "../words.js";

const BEFORE = 30;
const AFTER = 50;

/** Where and how a text differs from what was recorded, in lines for people; null if it does not. */
export function difference(text: string, recorded: string): readonly string[] | null {
  if (text === recorded) return null;
  const shorter = Math.min(text.length, recorded.length);
  let at = 0;
  while (at < shorter && text[at] === recorded[at]) at++;
  const excerpt = (from: string) =>
    JSON.stringify(from.slice(Math.max(0, at - BEFORE), at + AFTER));
  return [
    `the server's text differs from the recording at character ${inWords(at)}`,
    `  recorded (${inWords(recorded.length)} characters): ${excerpt(recorded)}`,
    `  server   (${inWords(text.length)} characters): ${excerpt(text)}`,
  ];
}
