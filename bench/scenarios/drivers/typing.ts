import { performance } from "node:perf_hooks";
import { type Appointment, agenda, keep } from "../../load/agenda.js";
import { Arrivals } from "../../load/arrivals.js";
import { disperse, gather, memberVoids, settled } from "../../load/crowd.js";
import { dialect } from "../../load/dialect.js";
import { findMarkers } from "../../load/marker.js";
import { session } from "../../load/session-file.js";
import { type as typeEdits } from "../../load/typists.js";
import { ROOT } from "../../load/whole-document.js";
import { calm, redisTraffic } from "../../measure/redis.js";
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
}

const ARRIVE_MS = 15_000;
const SETTLE_MS = 15_000;

/**
 * Servers run for days. Node compiles what is called often, for some forty seconds of such a load:
 * until then that takes up to half of the processor time, the more the more code a server has. So
 * each has served the very load for a while, at twice its pace where nobody is overwhelmed by that.
 */
const BREAK_IN = { warmUpSeconds: 1, seconds: 14, prefix: "break-in" } as const;
const BREAK_IN_DELIVERIES_PER_SECOND = 10_000;

/** What `type` shows, of a process that has served for a while. */
export async function drive(stage: Stage, parameters: TypingParameters): Promise<Outcome> {
  await breakIn(stage, parameters);
  stage.say("coming to rest");
  await calm(stage.served.redis);
  return await type(stage, parameters);
}

export async function breakIn(stage: Stage, parameters: TypingParameters): Promise<void> {
  const { rooms, clientsPerRoom, writersPerRoom, editsPerSecond } = parameters;
  const deliveries = rooms * writersPerRoom * (clientsPerRoom - 1) * editsPerSecond;
  const pace = 2 * deliveries <= BREAK_IN_DELIVERIES_PER_SECOND ? 2 : 1;
  const load = { ...parameters, ...BREAK_IN, editsPerSecond: editsPerSecond * pace };
  await type({ ...stage, say: () => stage.say("breaking in") }, load);
}

/**
 * People write in rooms, and everybody in a room sees it. A row is void unless every edit has
 * reached all others, and where the server acknowledges, unless every edit was acknowledged.
 */
export async function type(stage: Stage, parameters: TypingParameters): Promise<Outcome> {
  const { rooms, clientsPerRoom, writersPerRoom, editsPerSecond } = parameters;
  const { warmUpSeconds, seconds } = parameters;
  const { urls, pids, redis } = stage.served;
  stage.say("preparing");
  const appointments = agenda(rooms * writersPerRoom, editsPerSecond, warmUpSeconds + seconds);
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
  const write = (edit: number, { who }: Appointment): void => {
    const room = Math.floor(who / writersPerRoom);
    const writer = members[room * clientsPerRoom + (who % writersPerRoom)];
    arrivals.sent(edit, clientsPerRoom - 1);
    writer?.sendUpdate(frames[edit] ?? Buffer.alloc(0));
  };

  stage.say("warming up");
  const measured = appointments.findIndex(({ at }) => at >= warmUpSeconds * 1_000);
  const warmUp = appointments.slice(0, measured);
  await keep(warmUp, write);
  await arrivals.complete(ARRIVE_MS);
  stage.say("measuring");
  arrivals.measure();
  const before = await redisTraffic(redis);
  const closeWindow = openWindow(pids);
  const rest = appointments.slice(measured).map(({ at, who }) => ({
    who,
    at: at - warmUpSeconds * 1_000,
  }));
  await keep(rest, (nth, appointment) => write(measured + nth, appointment));
  await arrivals.complete(ARRIVE_MS);
  if (stage.acknowledges) await settled(members, SETTLE_MS);
  const costs = closeWindow();
  const after = await redisTraffic(redis);

  const voids = [...memberVoids(members, stage.acknowledges), ...loadVoids(costs.load)];
  if (arrivals.missing > 0) voids.push(`${arrivals.missing} deliveries never came`);
  disperse(members);
  const edits = rest.length;
  const deliveries = edits * (clientsPerRoom - 1);
  const { p50, p95, p99 } = arrivals.latencies();
  return {
    figures: {
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
    },
    voids,
    load: costs.load,
  };
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
