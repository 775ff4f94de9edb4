import { WireLimits } from "./limits.js";
import { MalformedError } from "./malformed.js";

/**
 * Checks that text is JSON and not nested too deeply, so that whoever parses it after us, a
 * browser most of all, neither throws nor overflows its stack. The depth is counted first:
 * JSON.parse itself is recursive.
 */
export function checkJson(text: string): void {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (inString) {
      if (unit === BACKSLASH) i++;
      else if (unit === QUOTE) inString = false;
    } else if (unit === QUOTE) {
      inString = true;
    } else if (unit === OPEN_BRACE || unit === OPEN_BRACKET) {
      if (++depth > WireLimits.nesting) throw new MalformedError("JSON nested too deeply");
    } else if (unit === CLOSE_BRACE || unit === CLOSE_BRACKET) {
      depth--;
    }
  }
  try {
    JSON.parse(text);
  } catch {
    throw new MalformedError("invalid JSON");
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
