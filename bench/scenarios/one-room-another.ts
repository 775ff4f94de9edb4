import { setTimeout as pause } from "node:timers/promises";
import { disperse } from "../load/crowd.js";
import { dialect } from "../load/dialect.js";
import { Member } from "../load/member.js";
import { session } from "../load/session-file.js";
import { type as typeEdits } from "../load/typists.js";
import { ROOT, wholeDocument } from "../load/whole-document.js";
import { fill } from "./drivers/fill.js";
import { drive as driveTyping, type TypingParameters } from "./drivers/typing.js";
import { p50, p99 } from "./figures.js";
import type { Outcome, Scenario, Stage } from "./scenario.js";

interface Parameters extends TypingParameters {
  readonly session: string;
  /** Of the session, in front of each other in one document. */
  readonly copies: number;
  /** Between two readers of the large document, who each have to be sent all of it. */
  readonly openEveryMs: number;
}

const LARGE = "bench-large";
const EDITS = 20;
const EDIT_MS = 50;
const TYPIST = 900;
const WITHIN_MS = 60_000;

/**
 * Small rooms, while a document of megabytes is filled, opened, edited, left and opened again from
 * disk beside them. Whoever leaves a room after an edit makes it write its snapshot.
 */
export const oneRoomAnother: Scenario<Parameters> = {
  name: "one-room-another",
  title: "One room's cost, another's latency: 5 small rooms beside a document of 5 MB",
  parameters: {
    ...{ rooms: 5, clientsPerRoom: 5, writersPerRoom: 2, editsPerSecond: 5 },
    ...{ warmUpSeconds: 3, seconds: 20 },
    ...{ session: "automerge-paper", copies: 22, openEveryMs: 2_000 },
  },
  short: { seconds: 5, copies: 2 },
  contenders: ["y-websocket-server", "hocuspocus", "homeroom"],
  repetitions: 1,
  beyond: true,
  figures: [p50(), p99({ kind: "absolute", of: "homeroom", atMost: 30 })],
  drive,
};

async function drive(stage: Stage, parameters: Parameters): Promise<Outcome> {
  stage.say("making the large document");
  const { update } = await wholeDocument(parameters.session, parameters.copies);
  const end = new AbortController();
  const disturbance = disturb(stage, update, parameters.openEveryMs, end.signal);
  const outcome = await driveTyping(stage, parameters);
  end.abort();
  const rounds = await disturbance;
  return { ...outcome, figures: { ...outcome.figures, rounds, largeMiB: update.length / 2 ** 20 } };
}

/** @returns how often the large document was filled and read */
async function disturb(
  stage: Stage,
  update: Uint8Array,
  everyMs: number,
  end: AbortSignal,
): Promise<number> {
  const url = stage.served.urls[0] ?? "";
  const edits = await typing(stage);
  let rounds = 0;
  // A room of its own each time: what it held before would not have to be opened.
  while (!end.aborted) {
    const room = `${LARGE}-${rounds}`;
    const writer = await fill(stage, url, room, update);
    const reader = await Member.join({ url, room, dialect: stage.dialect });
    for (const edit of edits) {
      writer.sendUpdate(edit(room));
      await pause(EDIT_MS);
    }
    await writer.roundTrip(WITHIN_MS);
    disperse([writer, reader]);
    rounds++;
    await pause(everyMs);
    // By now it has left memory where a server lets rooms go so early; if not, it is joined once more.
    disperse([await Member.join({ url, room, dialect: stage.dialect })]);
  }
  return rounds;
}

/** What somebody types into the large document, as frames for a room. */
async function typing(stage: Stage): Promise<readonly ((room: string) => Buffer)[]> {
  const trace = await session("automerge-paper");
  const numbers = Array.from({ length: EDITS }, (_, nth) => nth);
  const updates = typeEdits(trace, TYPIST, numbers, ROOT);
  return updates.map((update) => (room) => dialect(stage.dialect, room).update(update));
}
