import type { Announcement, OwnerRecord } from "@homeroom/cluster";
import type { RoomName } from "@homeroom/protocol";
import type { AppendOutcome, Cursor, Home } from "@homeroom/room";

/** A name that is known to be one. */
export const name = (text: string): RoomName => text as RoomName;

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export const text = (update: Uint8Array): string => new TextDecoder().decode(update);

export const announcement: Announcement = {
  url: "http://127.0.0.1:4001",
  status: "active",
  rooms: 0,
  sessions: 0,
  eventLoopLagMs: 0,
  heapBytes: 0,
};

export const homeOf = ({ node, epoch }: OwnerRecord): Home => ({ node, epoch });

/** The cursor of a durable entry; throws what refused any other. */
export function durable(outcome: AppendOutcome | undefined): Cursor {
  if (outcome?.ok) return outcome.cursor;
  throw outcome?.error ?? new Error("no outcome");
}

/** What a promise was rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("was not rejected");
}
