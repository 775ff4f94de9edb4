import { drive, type MovingParameters } from "./drivers/moving.js";
import { movingFigures } from "./figures.js";
import { everybody, type Scenario, toBestPeer } from "./scenario.js";

/** A lecture. */
export const presence: Scenario<MovingParameters> = {
  name: "presence",
  title: "Presence: 300 clients × 1 move/s in one room",
  parameters: { clients: 300, movesPerSecond: 1, warmUpSeconds: 15, seconds: 6 },
  short: { warmUpSeconds: 1, seconds: 2 },
  contenders: everybody,
  repetitions: 3,
  figures: movingFigures(toBestPeer(0.2)),
  drive,
};
