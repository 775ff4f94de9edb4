import { breakIn, type TypingParameters, type } from "./drivers/typing.js";
import { p99, perDelivery } from "./figures.js";
import type { Scenario } from "./scenario.js";

const of = "homeroom-twice";
const to = "homeroom";

/**
 * So many rooms in one process, and as many in each of two. Where a delivery then costs no more than
 * 1 / 0.9 of what it costs in one, two cores carry 1.8 times the rooms of one. It is the servers'
 * processor time that is compared, so that the load, which needs some of the two cores itself, does
 * not count.
 */
export const twoProcesses: Scenario<TypingParameters> = {
  name: "two-processes",
  title: "Two processes: 200 rooms × 3 clients in each, 1 writer × 3 edits/s",
  parameters: {
    rooms: 200,
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
  drive: async (stage, parameters) => {
    const { urls } = stage.served;
    const leaving: (() => void)[] = [];
    for (const url of urls) {
      const served = { ...stage.served, urls: [url] };
      leaving.push(await breakIn({ ...stage, served }, parameters));
    }
    const outcome = await type(stage, { ...parameters, rooms: parameters.rooms * urls.length });
    for (const leave of leaving) leave();
    return outcome;
  },
};
