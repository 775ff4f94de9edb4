import type {
  Announcement,
  ClaimOutcome,
  Directory,
  OwnerRecord,
  Registration,
} from "@homeroom/cluster";
import type { RoomName } from "@homeroom/protocol";
import type { Home } from "@homeroom/room";

/** A name that is known to be one. */
export const name = (text: string): RoomName => text as RoomName;

/** Names that objects inherit, and that would break a key made by joining strings. */
export const names: readonly RoomName[] = [
  "constructor",
  "__proto__",
  "a",
  "a}b",
  "}",
  "{}",
  "{a}:o",
  "%7D",
  "日本語",
  "x".repeat(255),
].map(name);

export const announcement: Announcement = {
  url: "http://127.0.0.1:4001",
  status: "active",
  rooms: 3,
  sessions: 12,
  eventLoopLagMs: 0.5,
  heapBytes: 1_000_000,
};

/** Registers as a process that has just been started does: in the place of one that lives. */
export async function registered(
  directory: Directory,
  node: string,
  process: string,
  announced: Announcement = announcement,
): Promise<Extract<Registration, { status: "registered" }>> {
  let answer = await directory.register(node, process, null, announced);
  if (answer.status === "taken") {
    answer = await directory.register(node, process, answer.by, announced);
  }
  if (answer.status === "registered") return answer;
  throw new Error(`${node} was taken by ${answer.by} meanwhile`);
}

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export const text = (update: Uint8Array): string => new TextDecoder().decode(update);

export const homeOf = ({ node, epoch }: OwnerRecord): Home => ({ node, epoch });

/** The owner that a claim made. */
export function won(outcome: ClaimOutcome): OwnerRecord {
  if (outcome.claimed) return outcome.owner;
  throw new Error(`the room was claimed by ${outcome.owner.node} instead`);
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
