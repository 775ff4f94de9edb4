import { performance } from "node:perf_hooks";
import { replay } from "@homeroom/trace";
import { settled } from "../load/crowd.js";
import { dialect } from "../load/dialect.js";
import { Member, within } from "../load/member.js";
import { session } from "../load/session-file.js";
import { AUTHOR, ROOT, textOf } from "../load/whole-document.js";
import { openWindow } from "../measure/window.js";
import { type Outcome, type Scenario, type Stage, toBestPeer } from "./scenario.js";

interface Parameters {
  readonly session: string;
  /** Of its transactions. */
  readonly edits: number;
}

const ROOM = "bench-long";
const WITHIN_MS = 120_000;

/** A whole paper, each keystroke an update of its own, as fast as the server takes them. */
export const longDocument: Scenario<Parameters> = {
  name: "long-document",
  title: "Long document: automerge-paper typed at full speed, all durable",
  parameters: { session: "automerge-paper", edits: 259_778 },
  short: { edits: 20_000 },
  contenders: ["y-websocket-server", "hocuspocus", "homeroom"],
  repetitions: 3,
  figures: [
    {
      key: "cpuPerUpdate",
      label: "CPU per update",
      unit: "µs",
      digits: 2,
      target: toBestPeer(0.5),
    },
    { key: "updatesPerSecond", label: "updates per second", unit: "/s", digits: 0 },
  ],
  drive,
};

async function drive(stage: Stage, parameters: Parameters): Promise<Outcome> {
  stage.say("typing it here");
  const whole = await session(parameters.session);
  const trace = { ...whole, txns: whole.txns.slice(0, parameters.edits) };
  const speech = dialect(stage.dialect, ROOM);
  const updates = Array.from(replay(trace, { root: ROOT, clientIds: [AUTHOR] }), ({ update }) =>
    update === null ? [] : [update],
  ).flat();
  const frames = updates.map((update) => speech.update(update));
  const url = stage.served.urls[0] ?? "";
  const writer = await Member.join({ url, room: ROOM, dialect: stage.dialect });

  stage.say("measuring");
  const closeWindow = openWindow(stage.served.pids);
  const began = performance.now();
  for (const frame of frames) if (!writer.sendUpdate(frame)) await writer.drained();
  await writer.roundTrip(WITHIN_MS);
  if (stage.acknowledges) await settled([writer], WITHIN_MS);
  const seconds = (performance.now() - began) / 1_000;
  const costs = closeWindow();

  stage.say("comparing");
  const received: Uint8Array[] = [];
  const options = { url, room: ROOM, dialect: stage.dialect };
  const reader = await within(
    WITHIN_MS,
    "second client",
    Member.join({ ...options, onState: (update) => received.push(Uint8Array.from(update)) }),
  );
  const voids: string[] = [];
  if (textOf(received) !== textOf(updates)) voids.push("another client reads another text");
  if (stage.acknowledges && writer.unsettled > 0) {
    voids.push(`${writer.unsettled} edits were not acknowledged`);
  }
  if (writer.closedWith !== null) voids.push(`the writer was closed with ${writer.closedWith}`);
  writer.close();
  reader.close();
  return {
    figures: {
      cpuPerUpdate: (costs.cpuMs * 1_000) / frames.length,
      updatesPerSecond: frames.length / seconds,
      residentMiB: costs.residentBytes / 2 ** 20,
    },
    voids,
    load: costs.load,
  };
}
