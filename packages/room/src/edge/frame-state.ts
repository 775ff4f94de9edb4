import { encodeSyncHead, frameHead, frameMessage } from "@homeroom/protocol";
import type { SyncKind } from "../homes.js";
import type { FrameBytes } from "../ports.js";
import type { Voice } from "./voice.js";

/** What is smaller is copied sooner than it is written as a buffer of its own. */
const LARGE_BYTES = 4_096;

/**
 * A message of a state. Large ones are not copied into their frame: with fifty joins at once into a
 * document of 300 KB that was a third of the time, and where one is opened a third of what its
 * garbage collection is asked for.
 */
export function frameState(kind: SyncKind, bytes: Uint8Array, { prefix }: Voice): FrameBytes {
  const head = encodeSyncHead(kind, bytes.length, prefix);
  if (bytes.length < LARGE_BYTES) return [frameMessage(head, bytes)];
  return [frameHead(head, bytes.length), bytes];
}
