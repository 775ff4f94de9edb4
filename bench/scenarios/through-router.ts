import { driveInTheseRooms, type TypingParameters } from "./drivers/typing.js";
import { p50, p99, perDelivery, resident } from "./figures.js";
import type { Scenario } from "./scenario.js";

const of = "homeroom-router";
const to = "homeroom";

/** The same writing, straight to its home and through a router. */
export const throughRouter: Scenario<TypingParameters> = {
  name: "through-router",
  title: "Through a router: 20 rooms × 10 clients, 2 writers × 5 edits/s",
  parameters: {
    rooms: 20,
    clientsPerRoom: 10,
    writersPerRoom: 2,
    editsPerSecond: 5,
    warmUpSeconds: 3,
    seconds: 6,
  },
  short: { warmUpSeconds: 1, seconds: 2 },
  contenders: [to, of],
  repetitions: 3,
  figures: [
    perDelivery({ kind: "ratio", of, to, atMost: 1.6 }),
    p50({ kind: "above", of, to, atMost: 0.5 }),
    p99(),
    resident(),
  ],
  drive: driveInTheseRooms,
};
