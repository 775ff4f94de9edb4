import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import { cpuMs, residentBytes } from "./processes.js";

/** What some time of the load has cost. */
export interface Costs {
  readonly wallMs: number;
  /** Of the server's processes. */
  readonly cpuMs: number;
  /** Of the server's processes, at the end. */
  readonly residentBytes: number;
  /** The process that makes the load: the share of a core that it took, and how late its timers were. */
  readonly load: { readonly cpuShare: number; readonly lagP99Ms: number };
}

const RESOLUTION_MS = 10;

/** Begins to measure. @returns ends it */
export function openWindow(pids: readonly number[]): () => Costs {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  const own = process.cpuUsage();
  const cpu = cpuMs(pids);
  const began = performance.now();
  return () => {
    const wallMs = performance.now() - began;
    const used = cpuMs(pids) - cpu;
    const { user, system } = process.cpuUsage(own);
    delays.disable();
    return {
      wallMs,
      cpuMs: used,
      residentBytes: residentBytes(pids),
      load: {
        cpuShare: (user + system) / 1_000 / wallMs,
        lagP99Ms: Math.max(0, delays.percentile(99) / 1e6 - RESOLUTION_MS),
      },
    };
  };
}
