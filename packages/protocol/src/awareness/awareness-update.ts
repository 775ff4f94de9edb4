import { createEncoder, toUint8Array, writeVarUint, writeVarUint8Array } from "lib0/encoding";
import { checkJson } from "../json-check.js";
import { WireLimits } from "../limits.js";
import { MalformedError } from "../malformed.js";
import { decodeUtf8, Reader } from "../reader.js";

/** One client's presence. The state stays the bytes that its client wrote. */
export interface AwarenessEntry {
  readonly client: number;
  readonly clock: number;
  /** JSON in UTF-8, `null` for a client that left. */
  readonly state: Uint8Array;
}

/**
 * Reads an awareness update without judging the states: most entries are echoes that will be
 * dropped for their clock alone, and a stock client that echoes what another one wrote must not
 * pay for it. States are copies, so that one of them, kept, does not keep the whole message.
 * @throws MalformedError
 */
export function decodeAwareness(update: Uint8Array): AwarenessEntry[] {
  const reader = new Reader(update);
  const count = reader.varUint();
  if (count > reader.remaining / 3 || count > WireLimits.awarenessEntries) {
    throw new MalformedError("too many awareness entries");
  }
  const entries: AwarenessEntry[] = [];
  for (let i = 0; i < count; i++) {
    const client = reader.varUint();
    const clock = reader.varUint();
    const state = new Uint8Array(reader.varBytes());
    if (clock >= WireLimits.clock) throw new MalformedError("awareness clock out of range");
    entries.push({ client, clock, state });
  }
  reader.end();
  return entries;
}

/**
 * For an entry that is news: its state is small, and every other client will be able to parse it.
 * @throws MalformedError
 */
export function checkAwarenessState({ state }: AwarenessEntry): void {
  if (state.length > WireLimits.awarenessStateBytes) {
    throw new MalformedError("awareness state too large");
  }
  checkJson(decodeUtf8(state));
}

export function encodeAwareness(entries: readonly AwarenessEntry[]): Uint8Array {
  const encoder = createEncoder();
  writeVarUint(encoder, entries.length);
  for (const { client, clock, state } of entries) {
    writeVarUint(encoder, client);
    writeVarUint(encoder, clock);
    writeVarUint8Array(encoder, state);
  }
  return toUint8Array(encoder);
}

/** What is said of a client that is gone. */
export const NULL_STATE: Uint8Array = new TextEncoder().encode("null");

export const isNullState = (state: Uint8Array): boolean => state.length === 4 && state[0] === 0x6e;

/** A data frame that changes nothing: keeps a stock client from closing after 30 s of silence. */
export const EMPTY_AWARENESS: Uint8Array = encodeAwareness([]);
