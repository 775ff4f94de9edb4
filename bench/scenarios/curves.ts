import { disperse } from "../load/crowd.js";
import { session } from "../load/session-file.js";
import { typedAtOnce, wholeDocument } from "../load/whole-document.js";
import { fill } from "./drivers/fill.js";
import { breakIn, type TypingParameters, type as typeInRooms } from "./drivers/typing.js";
import type { Figure, Outcome, Scenario, Stage } from "./scenario.js";

interface Parameters {
  readonly points: readonly number[];
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

const figure = (against: string): Figure => ({
  key: "cpuPerDelivery",
  label: "CPU per delivery",
  unit: "µs",
  digits: 1,
  against,
});

const common = {
  contenders: ["homeroom"],
  repetitions: 1,
  beyond: true,
  short: { warmUpSeconds: 1, seconds: 2 },
} as const;

const time = { warmUpSeconds: 2, seconds: 5 } as const;

/** One room and more and more people in it; 200 deliveries for each of them in a second. */
export const clientsCurve: Scenario<Parameters> = {
  ...common,
  name: "curve-clients",
  title: "CPU per delivery against clients of one room (10 edits/s in all)",
  parameters: { points: [10, 30, 100, 300, 1_000, 2_000], ...time },
  figures: [figure("clients per room")],
  drive: (stage, parameters) =>
    curve(stage, parameters, (clientsPerRoom) => ({
      ...{ rooms: 1, clientsPerRoom, writersPerRoom: 5, editsPerSecond: 2 },
    })),
};

/** More and more rooms of three, 600 edits a second among all of them. */
export const roomsCurve: Scenario<Parameters> = {
  ...common,
  name: "curve-rooms",
  title: "CPU per delivery against rooms of one process (3 clients each, 600 edits/s in all)",
  parameters: { points: [10, 100, 500, 1_000, 5_000], ...time },
  figures: [figure("rooms")],
  drive: (stage, parameters) =>
    curve(stage, parameters, (rooms) => ({
      ...{ rooms, clientsPerRoom: 3, writersPerRoom: 1, editsPerSecond: 600 / rooms },
    })),
};

/** Ten people in a document that is larger and larger. */
export const sizeCurve: Scenario<Parameters> = {
  ...common,
  name: "curve-size",
  title: "CPU per delivery against the size of the document, in KB (10 clients, 20 edits/s)",
  parameters: { points: [1, 10, 100, 1_000, 10_000], ...time },
  figures: [figure("KB")],
  async drive(stage, parameters) {
    const whole = await session("automerge-paper");
    const { update } = await wholeDocument("automerge-paper");
    return await curve(
      stage,
      parameters,
      () => ({ rooms: 1, clientsPerRoom: 10, writersPerRoom: 4, editsPerSecond: 5 }),
      async (kib, room) => {
        const copies = Math.round((kib * 1_000) / update.length);
        const part = Math.round((whole.txns.length * kib * 1_000) / update.length);
        const state =
          copies > 1
            ? (await wholeDocument("automerge-paper", copies)).update
            : typedAtOnce({ ...whole, txns: whole.txns.slice(0, part) });
        disperse([await fill(stage, stage.served.urls[0] ?? "", room, state)]);
      },
    );
  },
};

async function curve(
  stage: Stage,
  { points, ...time }: Parameters,
  load: (point: number) => Omit<TypingParameters, keyof typeof time>,
  prepare?: (point: number, room: string) => Promise<void>,
): Promise<Outcome> {
  const cpu: (readonly [number, number])[] = [];
  const voids: string[] = [];
  const figures: Record<string, number> = {};
  const [first = 1] = points;
  const leave = await breakIn(stage, { ...load(first), ...time });
  for (const point of points) {
    stage.say(String(point));
    const prefix = `curve-${point}`;
    await prepare?.(point, `${prefix}-0`);
    const outcome = await typeInRooms(stage, { ...load(point), ...time, prefix });
    voids.push(...outcome.voids.map((why) => `${point}: ${why}`));
    cpu.push([point, outcome.figures.cpuPerDelivery ?? Number.NaN]);
    figures[`p99 at ${point}`] = outcome.figures.p99 ?? Number.NaN;
  }
  leave();
  return { figures, curves: { cpuPerDelivery: cpu }, voids, load: null };
}
