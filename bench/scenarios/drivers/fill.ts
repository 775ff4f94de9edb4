import { settled } from "../../load/crowd.js";
import { Member } from "../../load/member.js";
import type { Stage } from "../scenario.js";

const WITHIN_MS = 60_000;

/** Puts a document into a room, and stays there once it is durable. */
export async function fill(
  stage: Stage,
  url: string,
  room: string,
  update: Uint8Array,
): Promise<Member> {
  const member = await Member.join({ url, room, dialect: stage.dialect });
  member.sendUpdate(member.dialect.update(update));
  await member.roundTrip(WITHIN_MS);
  if (stage.acknowledges) await settled([member], WITHIN_MS);
  return member;
}
