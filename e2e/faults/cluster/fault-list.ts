import { crowdFaults } from "./faults/crowds.js";
import { everythingFaults } from "./faults/everything.js";
import { networkFaults } from "./faults/network.js";
import { moveFaults, processFaults, snapshotFaults } from "./faults/processes.js";
import { redisFaults } from "./faults/redis.js";
import type { Fault } from "./scene.js";

/** Everything that is done to a cluster, in the short form and in the long one alike but for the last. */
export const faultList: readonly Fault[] = [
  ...processFaults,
  ...moveFaults,
  ...snapshotFaults,
  ...networkFaults,
  ...crowdFaults,
  ...redisFaults,
  ...everythingFaults,
];
