import { setTimeout as pause } from "node:timers/promises";
import { disperse } from "../load/crowd.js";
import { dialect } from "../load/dialect.js";
import { Member } from "../load/member.js";
import { ROOT, wholeDocument } from "../load/whole-document.js";
import { applyUpdate, Doc } from "../load/yjs.js";
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
    ...{ session: "automerge-paper", copies: 16, openEveryMs: 2_000 },
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
  const edits = typing(stage, update);
  const end = new AbortController();
  const disturbance = disturb(stage, update, edits, parameters.openEveryMs, end.signal);
  const outcome = await driveTyping(stage, parameters);
  end.abort();
  const rounds = await disturbance;
  return { ...outcome, figures: { ...outcome.figures, rounds, largeMiB: update.length / 2 ** 20 } };
}

/** @returns how often the large document was filled and read */
async function disturb(
  stage: Stage,
  update: Uint8Array,
  edits: readonly ((room: string) => Buffer)[],
  everyMs: number,
  end: AbortSignal,
): Promise<number> {
  const url = stage.served.urls[0] ?? "";
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

/** What somebody who has the large document types in its middle, as frames for a room. */
function typing(stage: Stage, update: Uint8Array): readonly ((room: string) => Buffer)[] {
  const doc = new Doc();
  doc.clientID = TYPIST;
  applyUpdate(doc, update);
  const text = doc.getText(ROOT);
  const middle = Math.floor(text.length / 2);
  const updates: Uint8Array[] = [];
  doc.on("update", (edit: Uint8Array) => updates.push(edit));
  for (let nth = 0; nth < EDITS; nth++) text.insert(middle + nth, "x");
  return updates.map((edit) => (room) => dialect(stage.dialect, room).update(edit));
}
