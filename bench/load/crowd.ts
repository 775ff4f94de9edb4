import { Member, type MemberOptions } from "./member.js";

/** Connections that are being made at the same time. */
const AT_ONCE = 50;

/** Lets `count` clients join, some at a time, in order. */
export async function gather(
  count: number,
  options: (nth: number) => MemberOptions,
): Promise<readonly Member[]> {
  const members: Member[] = [];
  for (let first = 0; first < count; first += AT_ONCE) {
    const size = Math.min(AT_ONCE, count - first);
    const joining = Array.from({ length: size }, (_, nth) => Member.join(options(first + nth)));
    members.push(...(await Promise.all(joining)));
  }
  return members;
}

export function disperse(members: readonly Member[]): void {
  for (const member of members) member.close();
}

/** Why what these clients saw must not be used. */
export function memberVoids(members: readonly Member[], acknowledged: boolean): string[] {
  const voids: string[] = [];
  const closed = members.filter(({ closedWith }) => closedWith !== null);
  if (closed.length > 0) {
    voids.push(`${closed.length} connections were closed (${closed[0]?.closedWith})`);
  }
  const unsettled = members.reduce((sum, member) => sum + member.unsettled, 0);
  if (acknowledged && unsettled > 0) voids.push(`${unsettled} edits were not acknowledged`);
  return voids;
}

const POLL_MS = 5;

/** Resolves when everything that they sent is durable, at the latest after `timeoutMs`. */
export async function settled(members: readonly Member[], timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline && members.some(({ unsettled }) => unsettled > 0)) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
