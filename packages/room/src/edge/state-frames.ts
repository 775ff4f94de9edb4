import { encodeSyncHead, frameMessage } from "@homeroom/protocol";
import type { SyncKind } from "../homes.js";
import type { Voice } from "./voice.js";

/** What is smaller is framed sooner than it is found. */
const WORTH_SHARING = 4_096;

/**
 * Large states, framed once for all who are sent the same bytes at about the same time: fifty joins
 * at once into a document of 300 KB spent a third of their time on copies of it. A frame is kept for
 * as long as some socket has yet to take it, and no longer.
 */
export class StateFrames {
  readonly #frames = new WeakMap<Uint8Array, Map<string, WeakRef<Uint8Array>>>();

  frame(kind: SyncKind, bytes: Uint8Array, voice: Voice): Uint8Array {
    if (bytes.length < WORTH_SHARING) return build(kind, bytes, voice);
    let shared = this.#frames.get(bytes);
    if (!shared) {
      shared = new Map();
      this.#frames.set(bytes, shared);
    }
    const key = `${kind} ${voice.key}`;
    let frame = shared.get(key)?.deref();
    if (!frame) {
      frame = build(kind, bytes, voice);
      shared.set(key, new WeakRef(frame));
    }
    return frame;
  }
}

const build = (kind: SyncKind, bytes: Uint8Array, { prefix }: Voice): Uint8Array =>
  frameMessage(encodeSyncHead(kind, bytes.length, prefix), bytes);
