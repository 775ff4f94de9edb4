import { drive, type TypingParameters } from "./drivers/typing.js";
import { p99, perDelivery } from "./figures.js";
import type { Scenario } from "./scenario.js";

const of = "homeroom-twice";
const to = "homeroom";

/**
 * The same rooms in one process and in two: what a delivery costs says how many rooms two carry.
 * With twice the cores at 1 / 0.9 of the cost, it is 1.8 times as many.
 */
export const twoProcesses: Scenario<TypingParameters> = {
  name: "two-processes",
  title: "Two processes: 400 rooms × 3 clients, 1 writer × 3 edits/s, half of them in each",
  parameters: {
    rooms: 400,
    clientsPerRoom: 3,
    writersPerRoom: 1,
    editsPerSecond: 3,
    warmUpSeconds: 3,
    seconds: 6,
  },
  short: { warmUpSeconds: 1, seconds: 2 },
  contenders: [to, of],
  repetitions: 3,
  beyond: true,
  figures: [
    perDelivery({ kind: "ratio", of, to, atMost: 1 / 0.9 }),
    p99({ kind: "ratio", of, to, atMost: 1.1 }),
  ],
  drive,
};
