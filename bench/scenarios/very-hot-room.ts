import { drive, type TypingParameters } from "./drivers/typing.js";
import { perDelivery, typingFigures } from "./figures.js";
import { everybody, type Scenario, toBestPeer } from "./scenario.js";

/** 99,500 deliveries a second. */
export const veryHotRoom: Scenario<TypingParameters> = {
  name: "very-hot-room",
  title: "Very hot room: 200 clients, 50 writers × 10 edits/s",
  parameters: {
    rooms: 1,
    clientsPerRoom: 200,
    writersPerRoom: 50,
    editsPerSecond: 10,
    warmUpSeconds: 3,
    seconds: 6,
  },
  short: { warmUpSeconds: 1, seconds: 2 },
  contenders: everybody,
  repetitions: 3,
  figures: [perDelivery(toBestPeer(0.45)), ...typingFigures(toBestPeer(1))],
  drive,
};
