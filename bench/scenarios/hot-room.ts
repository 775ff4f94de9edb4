import { drive, type TypingParameters } from "./drivers/typing.js";
import { perDelivery, typingFigures } from "./figures.js";
import { everybody, type Scenario, toBestPeer } from "./scenario.js";

/** A class writes in one document. */
export const hotRoom: Scenario<TypingParameters> = {
  name: "hot-room",
  title: "Hot room: 100 clients, 20 writers × 10 edits/s",
  parameters: {
    rooms: 1,
    clientsPerRoom: 100,
    writersPerRoom: 20,
    editsPerSecond: 10,
    warmUpSeconds: 3,
    seconds: 6,
  },
  short: { warmUpSeconds: 1, seconds: 2 },
  contenders: everybody,
  repetitions: 3,
  figures: [perDelivery(toBestPeer(0.6)), ...typingFigures(toBestPeer(1))],
  drive,
};
