import { checkAwarenessState, decodeAwareness } from "./awareness/awareness-update.js";
import { MalformedError } from "./malformed.js";
import { Reader } from "./reader.js";
import { type Dialect, MessageType } from "./sync.js";

/**
 * Tells a client's dialect by its first message. A Hocuspocus message starts with the length of
 * an address, which is never 0; a y-websocket client's with 0, for it opens with a SyncStep1. Yet
 * it may be awareness that comes first, when its application sets some as soon as it hears
 * "connected". That starts with 1, like a message for a room whose name is one letter, but is an
 * awareness update to its very end.
 */
export function detectDialect(message: Uint8Array): Dialect {
  const first = message[0];
  const plain =
    first === MessageType.sync || (first === MessageType.awareness && isAwareness(message));
  return plain ? "y-websocket" : "hocuspocus";
}

function isAwareness(message: Uint8Array): boolean {
  try {
    const reader = new Reader(message);
    reader.varUint();
    const update = reader.varBytes();
    reader.end();
    const entries = decodeAwareness(update);
    for (const entry of entries) checkAwarenessState(entry);
    return entries.length > 0;
  } catch (error) {
    if (error instanceof MalformedError) return false;
    throw error;
  }
}
