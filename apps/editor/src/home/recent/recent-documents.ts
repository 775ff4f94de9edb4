import { parseRoomName, type RoomName } from "@homeroom/protocol";
import { Stored } from "../../shared/stored.js";

/** A document that was opened in this browser. */
export interface RecentDocument {
  readonly room: RoomName;
  readonly title: string;
  /** What its address held, so that the list leads back in. */
  readonly token: string | null;
  /** Milliseconds since the epoch. */
  readonly openedAt: number;
}

const MAX_RECENT = 50;

export const recentStore: Stored<readonly RecentDocument[]> = new Stored("homeroom:recent", parse);

/** Puts a document first; an older entry of the same room goes. */
export function remember(document: RecentDocument): void {
  const others = recentStore.get().filter(({ room }) => room !== document.room);
  recentStore.set([document, ...others].slice(0, MAX_RECENT));
}

/** Puts a document back to where its time says. */
export function putBack(document: RecentDocument): void {
  const others = recentStore.get().filter(({ room }) => room !== document.room);
  recentStore.set([...others, document].sort((a, b) => b.openedAt - a.openedAt));
}

export function retitle(room: RoomName, title: string): void {
  recentStore.set(
    recentStore.get().map((each) => (each.room === room ? { ...each, title } : each)),
  );
}

export function forget(room: RoomName): void {
  recentStore.set(recentStore.get().filter((each) => each.room !== room));
}

function parse(value: unknown): readonly RecentDocument[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, MAX_RECENT).flatMap((each: Partial<Record<string, unknown>> | null) => {
    const room = typeof each?.room === "string" ? parseRoomName(each.room) : null;
    if (room === null) return [];
    return {
      room,
      title: typeof each?.title === "string" ? each.title.slice(0, 100) : "",
      token: typeof each?.token === "string" ? each.token : null,
      openedAt: typeof each?.openedAt === "number" ? pastMoment(each.openedAt) : 0,
    };
  });
}

/** Between 1970 and now, whatever the number is. */
function pastMoment(ms: number): number {
  return Math.min(Math.max(0, ms || 0), Date.now());
}
