import { drive, type MovingParameters } from "./drivers/moving.js";
import { movingFigures } from "./figures.js";
import { everybody, type Scenario, toBestPeer } from "./scenario.js";

/** Everybody moves all the time. */
export const cursors: Scenario<MovingParameters> = {
  name: "cursors",
  title: "Cursors: 100 clients × 5 moves/s in one room",
  parameters: { clients: 100, movesPerSecond: 5, warmUpSeconds: 15, seconds: 6 },
  short: { warmUpSeconds: 1, seconds: 2 },
  contenders: everybody,
  repetitions: 3,
  figures: movingFigures(toBestPeer(0.2)),
  drive,
};
