import { drive, type TypingParameters } from "./drivers/typing.js";
import { perDelivery, typingFigures } from "./figures.js";
import { everybody, type Scenario, toBestPeer } from "./scenario.js";

/** Two people in each document, both write: four edits a second in a room. */
export const manyPairs: Scenario<TypingParameters> = {
  name: "many-pairs",
  title: "Many pairs: 500 rooms × 2 clients, 4 edits/s",
  parameters: {
    rooms: 500,
    clientsPerRoom: 2,
    writersPerRoom: 2,
    editsPerSecond: 2,
    warmUpSeconds: 3,
    seconds: 6,
  },
  short: { warmUpSeconds: 1, seconds: 2 },
  contenders: everybody,
  repetitions: 3,
  figures: [perDelivery(toBestPeer(0.7)), ...typingFigures()],
  drive,
};
