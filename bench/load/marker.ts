/**
 * An edit's number in the bytes of what it inserts, which a receiver finds whatever a server does
 * with edits: sends them on, merges them, or encodes them anew.
 */
const SIGN = Buffer.from("~^~");
const DIGITS = 5;
export const MARKER_LENGTH: number = SIGN.length + DIGITS;
/** Digits are "0" to "W": none of them is the sign's, and JSON escapes none. */
const FIRST_DIGIT = 48;
const BASE = 40;

export function marker(edit: number): string {
  let digits = "";
  let rest = edit;
  for (let nth = 0; nth < DIGITS; nth++) {
    digits += String.fromCharCode(FIRST_DIGIT + (rest % BASE));
    rest = Math.floor(rest / BASE);
  }
  return `${SIGN.toString()}${digits}`;
}

/** Calls `found` with each edit whose marker is in the bytes before `end`. */
export function findMarkers(bytes: Buffer, end: number, found: (edit: number) => void): void {
  let at = bytes.indexOf(SIGN, 0);
  while (at !== -1 && at + MARKER_LENGTH <= end) {
    let edit = 0;
    for (let nth = MARKER_LENGTH - 1; nth >= SIGN.length; nth--) {
      edit = edit * BASE + ((bytes[at + nth] ?? 0) - FIRST_DIGIT);
    }
    found(edit);
    at = bytes.indexOf(SIGN, at + MARKER_LENGTH);
  }
}
