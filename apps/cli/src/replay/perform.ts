import { type Edit, readTrace, replay, type Trace, TraceError, takeTurns } from "@homeroom/trace";
import { socketUrl } from "../api-client.js";
import type { ReplaySettings } from "../commands/replay.js";
import { ExitCode, Failure } from "../failure.js";
import type { Terminal } from "../terminal.js";
import { inWords } from "../words.js";
import { difference } from "./difference.js";
import { Latencies } from "./latencies.js";
import { Member } from "./member.js";
import { schedule } from "./pace.js";
import { Progress } from "./progress.js";
import { Session } from "./session.js";

/** How many transactions a writer types before the next one takes over. */
const TURN = 100;
/** For a client to connect and to have the room's whole state. */
const JOIN_MS = 60_000;
/** The same, where connections fail: nobody may be there. */
const CONNECT_MS = 5_000;
const LOOK_AGAIN_MS = 1_000;

/** Types a recorded session into a room, then compares what a new client sees with the recording. */
export async function perform(
  path: string,
  settings: ReplaySettings,
  terminal: Terminal,
): Promise<ExitCode> {
  const { room, root, speed } = settings;
  const { trace, edits } = await prepare(path, settings);
  const due = speed === null ? null : schedule(trace, speed);
  if (speed !== null && due === null) {
    terminal.err("the recording has no times: typing as fast as it goes (--speed)");
  }
  // Each client listens for the end of the process.
  process.setMaxListeners(process.getMaxListeners() + trace.agents);

  const latencies = new Latencies();
  let session: Session | null = null;
  const durable = (latencyMs: number): void => {
    latencies.record(latencyMs);
    session?.progressed();
  };
  const join = (name: string) =>
    new Member({ url: socketUrl(settings), room, token: settings.token, name, durable });
  const members = Array.from({ length: trace.agents }, (_, agent) => join(`Author ${agent + 1}`));
  try {
    for (const member of members) await synced(member, settings.url);
    assertEmpty(members, settings);
    const progress = new Progress(terminal, edits.filter(({ update }) => update).length, latencies);
    session = new Session({ edits, members, due });
    try {
      await session.run();
    } finally {
      progress.close();
    }
    const seconds = (progress.elapsedMs / 1000).toFixed(1);
    const authors = `${trace.agents} author${trace.agents === 1 ? "" : "s"}`;
    terminal.out(`${inWords(edits.length)} edits by ${authors} in ${seconds} s`);
    terminal.out(progress.figures());
  } finally {
    for (const member of members) member.close();
  }

  const reader = join("Reader");
  try {
    await synced(reader, settings.url);
    const lines = difference(reader.doc.getText(root).toString(), trace.endContent);
    if (lines !== null) throw new Failure(ExitCode.failed, lines);
  } finally {
    reader.close();
  }
  const length = inWords(trace.endContent.length);
  terminal.out(`room ${room}: the server's text is as recorded (${length} characters)`);
  return ExitCode.done;
}

interface Prepared {
  readonly trace: Trace;
  readonly edits: readonly Edit[];
}

async function prepare(path: string, { writers, root }: ReplaySettings): Promise<Prepared> {
  try {
    const recorded = await readTrace(path);
    if (writers !== null && recorded.agents > 1 && writers !== recorded.agents) {
      const allowed = `must be ${recorded.agents} for this recording, or be left away`;
      throw new Failure(ExitCode.usage, [`--writers "${writers}": ${allowed}`]);
    }
    const isDealt = writers !== null && recorded.agents === 1;
    const trace = isDealt ? takeTurns(recorded, writers, TURN) : recorded;
    return { trace, edits: [...replay(trace, { root })] };
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    throw new Failure(ExitCode.failed, [error.message], { cause: error });
  }
}

async function synced(member: Member, url: string): Promise<void> {
  const started = performance.now();
  while (!member.synced) {
    const patience = member.trouble === null ? JOIN_MS : CONNECT_MS;
    const isLate = performance.now() - started > patience;
    const failure = member.failure ?? (isLate ? `no answer within ${patience / 1000} s` : null);
    if (failure !== null) {
      const trouble = member.trouble === null ? "" : ` (${member.trouble})`;
      throw new Failure(ExitCode.failed, [`${url}: ${failure}${trouble}`]);
    }
    await member.change(LOOK_AGAIN_MS);
  }
}

/** What is there already would be in the text at the end. */
function assertEmpty([first]: readonly Member[], { room, root }: ReplaySettings): void {
  const length = first?.doc.getText(root).length ?? 0;
  if (length === 0) return;
  const message = `room ${room} already holds ${inWords(length)} characters of text: choose another (--room)`;
  throw new Failure(ExitCode.failed, [message]);
}
