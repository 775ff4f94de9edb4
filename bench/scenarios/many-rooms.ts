import { drive, type TypingParameters } from "./drivers/typing.js";
import { perDelivery, typingFigures } from "./figures.js";
import { everybody, type Scenario, toBestPeer } from "./scenario.js";

/** One writes, two read, in many documents. */
export const manyRooms: Scenario<TypingParameters> = {
  name: "many-rooms",
  title: "Many rooms: 200 rooms × 3 clients, 1 writer × 5 edits/s",
  parameters: {
    rooms: 200,
    clientsPerRoom: 3,
    writersPerRoom: 1,
    editsPerSecond: 5,
    warmUpSeconds: 3,
    seconds: 6,
  },
  short: { warmUpSeconds: 1, seconds: 2 },
  contenders: everybody,
  repetitions: 3,
  figures: [perDelivery(toBestPeer(0.65)), ...typingFigures()],
  drive,
};
