import { driveInTheseRooms, type TypingParameters } from "./drivers/typing.js";
import { p50, p99, perDelivery } from "./figures.js";
import type { Scenario } from "./scenario.js";

const of = "homeroom-cluster";
const to = "homeroom";

/** Three coordinators and a router share a Redis; 1,000 edits a second. */
export const cluster: Scenario<TypingParameters> = {
  name: "cluster",
  title: "Cluster of 3 with Redis: 200 rooms × 3 clients, 1 writer × 5 edits/s",
  parameters: {
    rooms: 200,
    clientsPerRoom: 3,
    writersPerRoom: 1,
    editsPerSecond: 5,
    warmUpSeconds: 3,
    seconds: 15,
  },
  short: { warmUpSeconds: 1, seconds: 2 },
  contenders: [to, of],
  repetitions: 3,
  figures: [
    perDelivery({ kind: "ratio", of, to, atMost: 1.25 }),
    {
      key: "redisCommandsPerEdit",
      label: "Redis commands per edit",
      unit: "",
      digits: 3,
      target: { kind: "absolute", of, atMost: 0.2 },
    },
    p50(),
    p99(),
  ],
  drive: driveInTheseRooms,
};
