import { performance } from "node:perf_hooks";
import { type Appointment, agenda, keep } from "../../load/agenda.js";
import { Arrivals } from "../../load/arrivals.js";
import { disperse, gather, memberVoids, settled } from "../../load/crowd.js";
import { dialect } from "../../load/dialect.js";
import { findMarkers } from "../../load/marker.js";
import { session } from "../../load/session-file.js";
import { type as typeEdits } from "../../load/typists.js";
import { ROOT } from "../../load/whole-document.js";
import { redisTraffic } from "../../measure/redis.js";
import { openWindow } from "../../measure/window.js";
import { loadVoids, type Outcome, type Stage } from "../scenario.js";

export interface TypingParameters {
  readonly rooms: number;
  readonly clientsPerRoom: number;
  readonly writersPerRoom: number;
  /** Of each writer. */
  readonly editsPerSecond: number;
  /** Typing before anything is measured. */
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** Of the rooms' names, where one process serves several loads. */
  readonly prefix?: string;
  /** Before everything else, in the same rooms: so many times as fast. */
  readonly faster?: { readonly times: number; readonly seconds: number };
}

const ARRIVE_MS = 15_000;
const SETTLE_MS = 15_000;

/**
 * Servers run for days. V8 compiles what is called often, and what is called once for each edit has
 * been compiled after some 40,000 of them: until then that takes up to half of the processor time,
 * the more the more code a server has. So each has served the load for a while, at a higher pace and
 * to fewer clients where that means more edits.
 */
const BREAK_IN = { warmUpSeconds: 1, seconds: 23, prefix: "break-in" } as const;
/** What all of them can do. */
const BREAK_IN_EDITS_PER_SECOND = 3_000;
const BREAK_IN_DELIVERIES_PER_SECOND = 20_000;

/** What `type` shows, of a process that has served other rooms for a while. */
export async function drive(stage: Stage, parameters: TypingParameters): Promise<Outcome> {
  const leave = await breakIn(stage, parameters);
  const outcome = await type(stage, parameters);
  leave();
  return outcome;
}

/**
 * The same, of processes that have served these very rooms: others come to rest half a minute after
 * their last edit, and then are written to Redis, which is measured as well.
 */
export async function driveInTheseRooms(
  stage: Stage,
  parameters: TypingParameters,
): Promise<Outcome> {
  const faster = { times: pace(parameters), seconds: BREAK_IN.seconds };
  return await type(stage, { ...parameters, faster });
}

/**
 * @returns lets those who wrote leave. Not before all is measured: rooms that are left are closed and
 *   stored, which would be a part of what is measured.
 */
export async function breakIn(stage: Stage, parameters: TypingParameters): Promise<() => void> {
  const clientsPerRoom = Math.min(
    parameters.clientsPerRoom,
    Math.max(parameters.writersPerRoom, 3),
  );
  const fewer = { ...parameters, ...BREAK_IN, clientsPerRoom };
  const load = { ...fewer, editsPerSecond: fewer.editsPerSecond * pace(fewer) };
  const { leave } = await write({ ...stage, say: () => stage.say("breaking in") }, load);
  return leave;
}

/** How many times as fast all can type. */
function pace({ rooms, writersPerRoom, editsPerSecond, clientsPerRoom }: TypingParameters): number {
  const edits = rooms * writersPerRoom * editsPerSecond;
  const deliveries = edits * (clientsPerRoom - 1);
  const most = Math.min(
    BREAK_IN_EDITS_PER_SECOND / edits,
    BREAK_IN_DELIVERIES_PER_SECOND / deliveries,
  );
  return Math.max(most, 1);
}

/**
 * People write in rooms, and everybody in a room sees it. A row is void unless every edit has
 * reached all others, and where the server acknowledges, unless every edit was acknowledged.
 */
export async function type(stage: Stage, parameters: TypingParameters): Promise<Outcome> {
  const { outcome, leave } = await write(stage, parameters);
  leave();
  return outcome;
}

async function write(
  stage: Stage,
  parameters: TypingParameters,
): Promise<{ outcome: Outcome; leave: () => void }> {
  const { rooms, clientsPerRoom, writersPerRoom, editsPerSecond } = parameters;
  const { urls, pids, redis } = stage.served;
  stage.say("preparing");
  const faster = parameters.faster ?? { times: 1, seconds: 0 };
  const warmUpSeconds = faster.seconds + parameters.warmUpSeconds;
  const people = rooms * writersPerRoom;
  const appointments = [
    ...agenda(people, editsPerSecond * faster.times, faster.seconds),
    ...agenda(people, editsPerSecond, parameters.warmUpSeconds + parameters.seconds).map(
      ({ who, at }) => ({ who, at: at + faster.seconds * 1_000 }),
    ),
  ];
  const frames = await writeDown(stage, parameters, appointments);
  const arrivals = new Arrivals(appointments.length, clientsPerRoom);
  const roomOf = appointments.map(({ who }) => Math.floor(who / writersPerRoom));
  const writerOf = appointments.map(({ who }) => who % writersPerRoom);

  stage.say("joining");
  const members = await gather(rooms * clientsPerRoom, (nth) => {
    const room = Math.floor(nth / clientsPerRoom);
    const place = nth % clientsPerRoom;
    return {
      url: urls[room % urls.length] ?? "",
      room: roomName(room, parameters.prefix),
      dialect: stage.dialect,
      onRead: (bytes, end) => {
        const now = performance.now();
        findMarkers(bytes, end, (edit) => {
          if (writerOf[edit] !== place && roomOf[edit] === room) arrivals.found(edit, place, now);
        });
      },
    };
  });
  const send = (edit: number, { who }: Appointment): void => {
    const room = Math.floor(who / writersPerRoom);
    const writer = members[room * clientsPerRoom + (who % writersPerRoom)];
    arrivals.sent(edit, clientsPerRoom - 1);
    writer?.sendUpdate(frames[edit] ?? Buffer.alloc(0));
  };

  stage.say("warming up");
  const measured = appointments.findIndex(({ at }) => at >= warmUpSeconds * 1_000);
  const warmUp = appointments.slice(0, measured);
  await keep(warmUp, send);
  await arrivals.complete(ARRIVE_MS);
  stage.say("measuring");
  arrivals.measure();
  const before = await redisTraffic(redis);
  const closeWindow = openWindow(pids);
  const rest = appointments.slice(measured).map(({ at, who }) => ({
    who,
    at: at - warmUpSeconds * 1_000,
  }));
  await keep(rest, (nth, appointment) => send(measured + nth, appointment));
  await arrivals.complete(ARRIVE_MS);
  if (stage.acknowledges) await settled(members, SETTLE_MS);
  const costs = closeWindow();
  const after = await redisTraffic(redis);

  const voids = [...memberVoids(members, stage.acknowledges), ...loadVoids(costs.load)];
  if (arrivals.missing > 0) voids.push(`${arrivals.missing} deliveries never came`);
  const edits = rest.length;
  const deliveries = edits * (clientsPerRoom - 1);
  const { p50, p95, p99 } = arrivals.latencies();
  const figures = {
    cpuPerDelivery: (costs.cpuMs * 1_000) / deliveries,
    cpuPerEdit: (costs.cpuMs * 1_000) / edits,
    cpuShare: (costs.cpuMs / costs.wallMs) * 100,
    deliveriesPerSecond: deliveries / (costs.wallMs / 1_000),
    editsPerSecond: edits / (costs.wallMs / 1_000),
    p50,
    p95,
    p99,
    residentMiB: costs.residentBytes / 2 ** 20,
    redisCommandsPerEdit: (after.commands - before.commands) / edits,
    redisBytesPerEdit: (after.bytes - before.bytes) / edits,
  };
  return { outcome: { figures, voids, load: costs.load }, leave: () => disperse(members) };
}

const roomName = (nth: number, prefix = "bench"): string => `${prefix}-${nth}`;

/** Each edit as the frame that its writer sends. */
async function writeDown(
  stage: Stage,
  { writersPerRoom, prefix }: TypingParameters,
  appointments: readonly Appointment[],
): Promise<readonly Buffer[]> {
  const trace = await session("automerge-paper");
  const editsOf = new Map<number, number[]>();
  for (const [edit, { who }] of appointments.entries()) {
    const edits = editsOf.get(who);
    if (edits === undefined) editsOf.set(who, [edit]);
    else edits.push(edit);
  }
  const frames: Buffer[] = new Array(appointments.length);
  for (const [who, edits] of editsOf) {
    const speech = dialect(stage.dialect, roomName(Math.floor(who / writersPerRoom), prefix));
    const updates = typeEdits(trace, who, edits, ROOT);
    for (const [nth, edit] of edits.entries()) {
      frames[edit] = speech.update(updates[nth] ?? new Uint8Array());
    }
  }
  return frames;
}
