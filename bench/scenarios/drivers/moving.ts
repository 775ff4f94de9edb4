import { performance } from "node:perf_hooks";
import { type Appointment, agenda, keep } from "../../load/agenda.js";
import { Bytes } from "../../load/bytes.js";
import { disperse, gather, memberVoids } from "../../load/crowd.js";
import { findMarkers, marker } from "../../load/marker.js";
import { Moves } from "../../load/moves.js";
import { openWindow } from "../../measure/window.js";
import { loadVoids, type Outcome, type Stage } from "../scenario.js";

export interface MovingParameters {
  readonly clients: number;
  /** Of each client. */
  readonly movesPerSecond: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

const ROOM = "bench-presence";
const ARRIVE_MS = 5_000;
const FIRST_CLIENT = 2_000_000;

/**
 * Everybody in a room moves their cursor, and sees the others move. A server may leave out a move
 * that a later one of the same person has overtaken: it counts as seen when that one is.
 */
export async function drive(stage: Stage, parameters: MovingParameters): Promise<Outcome> {
  const { clients, movesPerSecond, warmUpSeconds, seconds } = parameters;
  const appointments = agenda(clients, movesPerSecond, warmUpSeconds + seconds);
  const moves = new Moves(
    appointments.map(({ who }) => who),
    clients,
  );
  stage.say("joining");
  const members = await gather(clients, (nth) => ({
    url: stage.served.urls[0] ?? "",
    room: ROOM,
    dialect: stage.dialect,
    onRead: (bytes, end) => {
      const now = performance.now();
      findMarkers(bytes, end, (move) => moves.found(move, nth, now));
    },
  }));
  const clocks = new Uint32Array(clients);
  const act = (move: number, { who }: Appointment): void => {
    const clock = (clocks[who] ?? 0) + 1;
    clocks[who] = clock;
    moves.sent(move);
    const member = members[who];
    member?.sendAwareness(member.dialect.awareness(cursor(who, clock, move)));
  };

  stage.say("warming up");
  const measured = appointments.findIndex(({ at }) => at >= warmUpSeconds * 1_000);
  await keep(appointments.slice(0, measured), act);
  await moves.complete(ARRIVE_MS);
  stage.say("measuring");
  moves.measure();
  const closeWindow = openWindow(stage.served.pids);
  const rest = appointments
    .slice(measured)
    .map(({ at, who }) => ({ who, at: at - warmUpSeconds * 1_000 }));
  await keep(rest, (nth, appointment) => act(measured + nth, appointment));
  const complete = await moves.complete(ARRIVE_MS);
  const costs = closeWindow();
  const voids = [...memberVoids(members, false), ...loadVoids(costs.load)];
  if (!complete) voids.push("somebody did not see where another one is");
  disperse(members);
  return {
    figures: {
      cpuPerMove: (costs.cpuMs * 1_000) / rest.length,
      cpuShare: (costs.cpuMs / costs.wallMs) * 100,
      ...moves.latencies(),
      residentMiB: costs.residentBytes / 2 ** 20,
    },
    voids,
    load: costs.load,
  };
}

/** What an editor tells of its user, as y-prosemirror does, with a marker. */
function cursor(who: number, clock: number, move: number): Uint8Array {
  const client = FIRST_CLIENT + who;
  const place = { type: null, tname: "default", item: { client, clock: move }, assoc: 0 };
  const state = {
    user: { name: `Writer ${who}`, color: "#30bced", colorLight: "#30bced33" },
    cursor: { anchor: place, head: place },
    at: marker(move),
  };
  return new Bytes().varUint(1).varUint(client).varUint(clock).text(JSON.stringify(state)).end();
}
