import type { RoomName } from "@homeroom/protocol";
import type { Home, StoredRoom } from "@homeroom/room";

/** A name that is known to be one. */
export const name = (text: string): RoomName => text as RoomName;

/** Names that begin one another, that objects inherit, and that need several bytes a character. */
export const names: readonly RoomName[] = [
  "a",
  "a/b",
  "a/b/c",
  "a!",
  "ab",
  "A",
  "constructor",
  "__proto__",
  "toString",
  "h",
  "hh",
  "日本語",
  "日本",
  "🦊 fox",
  "\uffee",
  "x".repeat(255),
].map(name);

export const home = (epoch: number): Home => ({ node: `node-${epoch}`, epoch });

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const text = (update: Uint8Array): string => new TextDecoder().decode(update);

/** A stored room with its bytes as text. */
export const content = (
  stored: StoredRoom,
): { readonly snapshot: string | null; readonly tail: readonly string[] } => ({
  snapshot: stored.snapshot && text(stored.snapshot),
  tail: stored.tail.map(text),
});

/** What a promise was rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("was not rejected");
}
