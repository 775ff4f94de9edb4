import { performance } from "node:perf_hooks";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Heap } from "./idle-heap.js";

/** The heap of this process. */
export function nodeHeap(): Heap {
  // The one way to ask V8 for a collection, for a process that was not started with the flag. A
  // context that is made while it is set has the function, and no other one has.
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  setFlagsFromString("--no-expose-gc");
  let before = performance.eventLoopUtilization();
  return {
    used: oldBytes,
    held: () => process.memoryUsage().heapTotal,
    busy: () => {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, before);
      before = now;
      return utilization;
    },
    collect,
  };
}

/** What lives long. What has only just been made is collected by V8 all the time. */
function oldBytes(): number {
  let bytes = 0;
  for (const { space_name, space_used_size } of getHeapSpaceStatistics()) {
    if (!space_name.startsWith("new_")) bytes += space_used_size;
  }
  return bytes;
}
